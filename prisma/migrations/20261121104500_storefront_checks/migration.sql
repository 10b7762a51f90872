-- CreateTable
CREATE TABLE "storefront_checks" (
    "shop_id" BIGINT NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "found" TEXT NOT NULL,

    CONSTRAINT "storefront_checks_pkey" PRIMARY KEY ("shop_id")
);
