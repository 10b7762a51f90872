-- CreateTable
CREATE TABLE "storefront_sightings" (
    "shop_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "code" TEXT NOT NULL,
    "visits" INTEGER NOT NULL,

    CONSTRAINT "storefront_sightings_pkey" PRIMARY KEY ("shop_id","day","code")
);
