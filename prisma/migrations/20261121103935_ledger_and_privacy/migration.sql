-- AlterTable
ALTER TABLE "shops" ADD COLUMN     "keep_order_months" INTEGER,
ADD COLUMN     "keep_page_days" INTEGER;

-- CreateTable
CREATE TABLE "listed_orders" (
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "currency" TEXT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "current_minor" BIGINT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "listed_orders_pkey" PRIMARY KEY ("shop_id","order_id")
);

-- CreateTable
CREATE TABLE "comparisons" (
    "shop_id" BIGINT NOT NULL,
    "seen_until" TIMESTAMPTZ(3) NOT NULL,
    "checked_at" TIMESTAMPTZ(3),
    "listed" INTEGER NOT NULL DEFAULT 0,
    "found" INTEGER NOT NULL DEFAULT 0,
    "trouble" TEXT,

    CONSTRAINT "comparisons_pkey" PRIMARY KEY ("shop_id")
);

-- CreateTable
CREATE TABLE "backfills" (
    "shop_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "cursor" TEXT,
    "total" INTEGER NOT NULL,
    "seen" INTEGER NOT NULL DEFAULT 0,
    "recorded" INTEGER NOT NULL DEFAULT 0,
    "value_minor" BIGINT NOT NULL DEFAULT 0,
    "actor" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "backfills_pkey" PRIMARY KEY ("shop_id")
);

-- CreateTable
CREATE TABLE "statements" (
    "shop_id" BIGINT NOT NULL,
    "number" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "closed_at" TIMESTAMPTZ(3) NOT NULL,
    "content" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "statements_pkey" PRIMARY KEY ("shop_id","number")
);

-- CreateTable
CREATE TABLE "replays" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "event" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "former" TEXT NOT NULL,

    CONSTRAINT "replays_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "privacy_requests" (
    "id" BIGSERIAL NOT NULL,
    "of_shop" BIGINT NOT NULL,
    "topic" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "customer_key" BYTEA,
    "email_keys" BYTEA[],
    "order_ids" BIGINT[],
    "done_at" TIMESTAMPTZ(3),
    "result" TEXT,

    CONSTRAINT "privacy_requests_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "listed_orders_shop_id_day_idx" ON "listed_orders"("shop_id", "day");

-- CreateIndex
CREATE UNIQUE INDEX "statements_shop_id_day_key" ON "statements"("shop_id", "day");

-- CreateIndex
CREATE INDEX "replays_shop_id_order_id_idx" ON "replays"("shop_id", "order_id");

-- CreateIndex
CREATE INDEX "privacy_requests_done_at_received_at_idx" ON "privacy_requests"("done_at", "received_at");
