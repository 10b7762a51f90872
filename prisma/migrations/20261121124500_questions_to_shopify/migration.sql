-- Few orders wait for Shopify's word at a time, so only they are in this index. Prisma cannot say WHERE of an index.
CREATE INDEX "queue_questions_idx" ON "queue"("shop_id", "order_id") WHERE "waiting_for" = 'shopify';
