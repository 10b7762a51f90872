-- Weekly partitions of page_events and page_deliveries live here, out of sight of Prisma, which knows "public" only.
CREATE SCHEMA "parts";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "check_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "version" TEXT NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shops" (
    "id" BIGINT NOT NULL,
    "domain" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "primary_domain" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "email" TEXT,
    "public_key" TEXT NOT NULL,
    "key_sealed" BYTEA NOT NULL,
    "web_pixel_id" TEXT,
    "installed_at" TIMESTAMPTZ(3) NOT NULL,
    "uninstalled_at" TIMESTAMPTZ(3),
    "reconnect_since" TIMESTAMPTZ(3),
    "scopes" TEXT[],
    "settings_version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "shops_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "shop_domain" TEXT NOT NULL,
    "is_online" BOOLEAN NOT NULL,
    "user_id" BIGINT,
    "expires_at" TIMESTAMPTZ(3),
    "refresh_expires" TIMESTAMPTZ(3),
    "sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pixels" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token_sealed" BYTEA NOT NULL,
    "token_last4" TEXT NOT NULL,
    "test_event_code" TEXT,
    "state" TEXT NOT NULL,
    "state_since" TIMESTAMPTZ(3) NOT NULL,
    "active_from" TIMESTAMPTZ(3) NOT NULL,
    "browser_leg" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "pixels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settings_versions" (
    "shop_id" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "settings" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "settings_versions_pkey" PRIMARY KEY ("shop_id","version")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visitor_contexts" (
    "shop_id" BIGINT NOT NULL,
    "context_key" BYTEA NOT NULL,
    "client_key" BYTEA NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "consent" SMALLINT NOT NULL,
    "sealed" BYTEA NOT NULL,

    CONSTRAINT "visitor_contexts_pkey" PRIMARY KEY ("shop_id","context_key")
);

-- CreateTable
CREATE TABLE "visitor_links" (
    "shop_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "token_key" BYTEA NOT NULL,
    "client_key" BYTEA NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "visitor_links_pkey" PRIMARY KEY ("shop_id","kind","token_key","client_key")
);

-- CreateTable
CREATE TABLE "orders" (
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "day" DATE NOT NULL,
    "revision" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "checkout_key" BYTEA,
    "cart_key" BYTEA,
    "customer_key" BYTEA,
    "email_keys" BYTEA[],
    "gone_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),
    "webhook_ids" TEXT[],
    "event_ids" TEXT[],

    CONSTRAINT "orders_pkey" PRIMARY KEY ("shop_id","order_id")
);

-- CreateTable
CREATE TABLE "order_revisions" (
    "shop_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "revision" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "facts" TEXT NOT NULL,
    "match_sealed" BYTEA,
    "redacted_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_revisions_pkey" PRIMARY KEY ("shop_id","order_id","revision")
);

-- CreateTable
CREATE TABLE "page_events" (
    "shop_id" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "facts" TEXT NOT NULL,
    "context_key" BYTEA NOT NULL,
    "own_sealed" BYTEA,

    CONSTRAINT "page_events_pkey" PRIMARY KEY ("shop_id","event_id","occurred_at")
) PARTITION BY RANGE ("occurred_at");

-- CreateTable
CREATE TABLE "once_keys" (
    "shop_id" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "once_keys_pkey" PRIMARY KEY ("shop_id","event_id")
);

-- CreateTable
CREATE TABLE "queue" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "order_id" BIGINT,
    "event" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "day" DATE NOT NULL,
    "source" TEXT NOT NULL,
    "settings_version" INTEGER NOT NULL,
    "waiting_for" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "priority" INTEGER NOT NULL,
    "value_minor" BIGINT,
    "currency" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "attempt_id" BIGINT,
    "first_possible_copy_at" TIMESTAMPTZ(3),
    "event_name" TEXT,
    "pixel_code" TEXT,
    "request_ids" BIGINT[],

    CONSTRAINT "queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_deliveries" (
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "order_id" BIGINT NOT NULL,
    "event" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "day" DATE NOT NULL,
    "source" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "rule" TEXT,
    "settled_at" TIMESTAMPTZ(3) NOT NULL,
    "value_minor" BIGINT,
    "currency" TEXT,
    "event_name" TEXT,
    "pixel_code" TEXT,
    "revision" INTEGER NOT NULL,
    "settings_version" INTEGER NOT NULL,
    "payload_version" INTEGER,
    "payload_sha256" BYTEA,
    "limited_data_use" BOOLEAN NOT NULL DEFAULT false,
    "first_possible_copy_at" TIMESTAMPTZ(3),
    "request_ids" BIGINT[],

    CONSTRAINT "order_deliveries_pkey" PRIMARY KEY ("shop_id","pixel_id","order_id","event")
);

-- CreateTable
CREATE TABLE "page_deliveries" (
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "day" DATE NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "rule" TEXT,
    "settled_at" TIMESTAMPTZ(3) NOT NULL,
    "value_minor" BIGINT,
    "currency" TEXT,
    "event_name" TEXT,
    "pixel_code" TEXT,
    "settings_version" INTEGER NOT NULL,
    "payload_version" INTEGER,
    "payload_sha256" BYTEA,
    "limited_data_use" BOOLEAN NOT NULL DEFAULT false,
    "first_possible_copy_at" TIMESTAMPTZ(3),
    "request_ids" BIGINT[],

    CONSTRAINT "page_deliveries_pkey" PRIMARY KEY ("shop_id","pixel_id","event_id","occurred_at")
) PARTITION BY RANGE ("occurred_at");

-- CreateTable
CREATE TABLE "delivery_requests" (
    "id" BIGSERIAL NOT NULL,
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "size" INTEGER NOT NULL,
    "test" BOOLEAN NOT NULL DEFAULT false,
    "http_status" INTEGER,
    "code" INTEGER,
    "outcome" TEXT,
    "message" TEXT,
    "request_id" TEXT,

    CONSTRAINT "delivery_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unsettled_attempts" (
    "shop_id" BIGINT NOT NULL,
    "request_id" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "revision" INTEGER,
    "settings_version" INTEGER NOT NULL,
    "payload_version" INTEGER NOT NULL,
    "payload_sha256" BYTEA NOT NULL,

    CONSTRAINT "unsettled_attempts_pkey" PRIMARY KEY ("shop_id","request_id","event_id","event")
);

-- CreateTable
CREATE TABLE "daily_totals" (
    "shop_id" BIGINT NOT NULL,
    "pixel_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "event" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "value_minor" BIGINT NOT NULL,

    CONSTRAINT "daily_totals_pkey" PRIMARY KEY ("shop_id","pixel_id","day","event","state","reason","source","currency")
);

-- CreateIndex
CREATE UNIQUE INDEX "shops_domain_key" ON "shops"("domain");

-- CreateIndex
CREATE UNIQUE INDEX "shops_public_key_key" ON "shops"("public_key");

-- CreateIndex
CREATE INDEX "sessions_shop_domain_idx" ON "sessions"("shop_domain");

-- CreateIndex
CREATE INDEX "sessions_refresh_expires_idx" ON "sessions"("refresh_expires");

-- CreateIndex
CREATE INDEX "pixels_shop_id_idx" ON "pixels"("shop_id");

-- CreateIndex
CREATE INDEX "audit_entries_shop_id_at_idx" ON "audit_entries"("shop_id", "at" DESC);

-- CreateIndex
CREATE INDEX "visitor_contexts_shop_id_client_key_last_seen_at_idx" ON "visitor_contexts"("shop_id", "client_key", "last_seen_at" DESC);

-- CreateIndex
CREATE INDEX "visitor_contexts_last_seen_at_idx" ON "visitor_contexts"("last_seen_at");

-- CreateIndex
CREATE INDEX "visitor_links_linked_at_idx" ON "visitor_links"("linked_at");

-- CreateIndex
CREATE INDEX "orders_shop_id_day_idx" ON "orders"("shop_id", "day");

-- CreateIndex
CREATE INDEX "orders_shop_id_name_idx" ON "orders"("shop_id", "name");

-- CreateIndex
CREATE INDEX "orders_shop_id_checkout_key_idx" ON "orders"("shop_id", "checkout_key");

-- CreateIndex
CREATE INDEX "orders_shop_id_cart_key_idx" ON "orders"("shop_id", "cart_key");

-- CreateIndex
CREATE INDEX "orders_shop_id_customer_key_idx" ON "orders"("shop_id", "customer_key");

-- CreateIndex
CREATE INDEX "orders_email_keys_idx" ON "orders" USING GIN ("email_keys");

-- CreateIndex
CREATE INDEX "once_keys_at_idx" ON "once_keys"("at");

-- CreateIndex
CREATE INDEX "queue_pixel_id_due_at_priority_idx" ON "queue"("pixel_id", "due_at", "priority" DESC);

-- CreateIndex
CREATE INDEX "queue_due_at_idx" ON "queue"("due_at");

-- CreateIndex
CREATE INDEX "queue_shop_id_order_id_idx" ON "queue"("shop_id", "order_id");

-- CreateIndex
CREATE INDEX "queue_shop_id_occurred_at_idx" ON "queue"("shop_id", "occurred_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "queue_shop_id_pixel_id_event_id_event_key" ON "queue"("shop_id", "pixel_id", "event_id", "event");

-- CreateIndex
CREATE INDEX "order_deliveries_shop_id_occurred_at_order_id_idx" ON "order_deliveries"("shop_id", "occurred_at" DESC, "order_id");

-- CreateIndex
CREATE INDEX "order_deliveries_shop_id_state_occurred_at_idx" ON "order_deliveries"("shop_id", "state", "occurred_at" DESC);

-- CreateIndex
CREATE INDEX "order_deliveries_shop_id_order_id_idx" ON "order_deliveries"("shop_id", "order_id");

-- CreateIndex
CREATE INDEX "order_deliveries_shop_id_event_id_idx" ON "order_deliveries"("shop_id", "event_id");

-- CreateIndex
CREATE INDEX "page_deliveries_shop_id_occurred_at_idx" ON "page_deliveries"("shop_id", "occurred_at" DESC);

-- CreateIndex
CREATE INDEX "delivery_requests_shop_id_started_at_idx" ON "delivery_requests"("shop_id", "started_at" DESC);

-- CreateIndex
CREATE INDEX "unsettled_attempts_shop_id_event_id_idx" ON "unsettled_attempts"("shop_id", "event_id");

-- CreateIndex
CREATE INDEX "daily_totals_shop_id_day_idx" ON "daily_totals"("shop_id", "day");
