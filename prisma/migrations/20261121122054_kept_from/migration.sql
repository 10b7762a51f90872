-- DropIndex
DROP INDEX "visitor_contexts_last_seen_at_idx";

-- DropIndex
DROP INDEX "visitor_links_linked_at_idx";

-- AlterTable
ALTER TABLE "shops" ADD COLUMN     "orders_kept_from" DATE,
ADD COLUMN     "pages_kept_from" TIMESTAMPTZ(3),
ADD COLUMN     "requests_swept_to" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "visitor_contexts_shop_id_last_seen_at_idx" ON "visitor_contexts"("shop_id", "last_seen_at");

-- CreateIndex
CREATE INDEX "visitor_links_shop_id_client_key_idx" ON "visitor_links"("shop_id", "client_key");
