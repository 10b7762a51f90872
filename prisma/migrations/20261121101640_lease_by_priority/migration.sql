-- DropIndex
DROP INDEX "queue_due_at_idx";

-- DropIndex
DROP INDEX "queue_pixel_id_due_at_priority_idx";

-- CreateIndex
CREATE INDEX "page_deliveries_shop_id_state_occurred_at_idx" ON "page_deliveries"("shop_id", "state", "occurred_at" DESC);

-- CreateIndex
CREATE INDEX "queue_pixel_id_due_at_idx" ON "queue"("pixel_id", "due_at");

-- CreateIndex
CREATE INDEX "queue_pixel_id_priority_due_at_idx" ON "queue"("pixel_id", "priority" DESC, "due_at");
