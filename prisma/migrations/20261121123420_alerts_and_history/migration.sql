-- AlterTable
ALTER TABLE "privacy_requests" ADD COLUMN     "asked_by" TEXT;

-- CreateTable
CREATE TABLE "alert_choices" (
    "shop_id" BIGINT NOT NULL,
    "settings" TEXT NOT NULL,
    "targets_sealed" BYTEA NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_until" TIMESTAMPTZ(3),

    CONSTRAINT "alert_choices_pkey" PRIMARY KEY ("shop_id")
);

-- CreateTable
CREATE TABLE "alerts" (
    "shop_id" BIGINT NOT NULL,
    "cause" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "cleared_at" TIMESTAMPTZ(3),
    "figures" TEXT NOT NULL,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("shop_id","cause")
);

-- CreateTable
CREATE TABLE "alert_messages" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "channel" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "alert_messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "alert_messages_due_at_idx" ON "alert_messages"("due_at");

-- CreateIndex
CREATE INDEX "alert_messages_shop_id_idx" ON "alert_messages"("shop_id");

-- CreateIndex
CREATE INDEX "audit_entries_shop_id_id_idx" ON "audit_entries"("shop_id", "id" DESC);
