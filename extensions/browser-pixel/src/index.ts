/** The entry of the theme embed: with consent, TikTok's pixel and the echo; with a choice, a note on the cart. */
import { mayTrack } from '../../storefront-pixel/src/consent.ts';
import { cartNote } from './cart.ts';
import { readEmbed } from './config.ts';
import { echoListener } from './echo.ts';
import { forgetVisitor } from './forget.ts';
import { onConsent } from './shopify.ts';
import { tiktokIn } from './tiktok.ts';

declare global {
  interface Window {
    /** Set by the first of two embeds in one page; the second does nothing. */
    tockEmbed?: true;
  }
}

function start(page: Window): void {
  const embed = readEmbed(page.document);
  if (embed === undefined || page.tockEmbed) return;
  page.tockEmbed = true;
  const { config, person } = embed;
  let identified = false;
  const tiktok = tiktokIn(page, config.eventsJs);
  const echo = echoListener({ page, codes: config.pixels.map(({ code }) => code), tiktok });
  const cart = cartNote(page, embed);

  onConsent(page, (consent) => {
    if (mayTrack(consent)) {
      tiktok.load(
        config.pixels.map(({ code, limitedDataUse }) => ({
          code,
          limitedDataUse: limitedDataUse === true || !consent.saleOfData,
        })),
      );
      // Before the first copy, so that all of them carry it; limited data use means less about whom, too.
      if (person !== undefined && config.identify === true && consent.saleOfData && !identified) {
        identified = true;
        for (const { code, limitedDataUse } of config.pixels) {
          if (limitedDataUse !== true) tiktok.identify(code, person);
        }
      }
      echo.start();
    } else {
      echo.stop();
      tiktok.revoke();
      forgetVisitor(page);
    }
    cart.consentIs(consent);
  });
}

try {
  start(window);
} catch {
  // A shop's page is never broken for the sake of a pixel.
}
