-- AlterTable
ALTER TABLE "order_deliveries" ADD COLUMN     "match_keys" SMALLINT;

-- AlterTable
ALTER TABLE "page_deliveries" ADD COLUMN     "match_keys" SMALLINT;

-- The log by reason. Nearly every outcome is "accepted", which the index by state finds; what is rare has an index of
-- its own that stays small. Prisma cannot say "where".
CREATE INDEX "order_deliveries_rare_reason_idx" ON "order_deliveries" ("shop_id", "reason", "occurred_at" DESC)
  WHERE "reason" <> 'accepted';
CREATE INDEX "page_deliveries_rare_reason_idx" ON "page_deliveries" ("shop_id", "reason", "occurred_at" DESC)
  WHERE "reason" <> 'accepted';
