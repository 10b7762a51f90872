-- AlterTable
ALTER TABLE "queue" ADD COLUMN     "tried_revision" INTEGER,
ADD COLUMN     "tried_sha256" BYTEA,
ADD COLUMN     "tried_version" INTEGER;
