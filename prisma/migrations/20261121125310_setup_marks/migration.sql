-- CreateTable
CREATE TABLE "setup_marks" (
    "shop_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,

    CONSTRAINT "setup_marks_pkey" PRIMARY KEY ("shop_id","name")
);
