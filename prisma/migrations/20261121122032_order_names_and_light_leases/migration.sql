-- The log shows an order's name beside its outcome without a look at the order itself.
-- AlterTable
ALTER TABLE "order_deliveries" ADD COLUMN     "order_name" TEXT;

-- AlterTable
ALTER TABLE "queue" ADD COLUMN     "order_name" TEXT;

UPDATE "order_deliveries" d SET "order_name" = o."name"
FROM "orders" o WHERE o."shop_id" = d."shop_id" AND o."order_id" = d."order_id";

UPDATE "queue" q SET "order_name" = o."name"
FROM "orders" o WHERE o."shop_id" = q."shop_id" AND o."order_id" = q."order_id";

-- A lease changes no indexed column. With room on the row's own page for two more versions of it, PostgreSQL writes no
-- index entry for a lease.
ALTER TABLE "queue" SET (fillfactor = 40);

-- A few orders that wait are found among a hundred thousand page events that wait.
-- DropIndex
DROP INDEX "queue_shop_id_occurred_at_idx";

-- CreateIndex
CREATE INDEX "queue_shop_id_kind_occurred_at_idx" ON "queue"("shop_id", "kind", "occurred_at" DESC);
