/** Makes every text of a page half as long again, as a translation does, and tells what no longer fits. */
import type { Frame } from 'playwright-core';

/** How many pixels the page is wider than its window. */
export function overflow(frame: Frame): Promise<number> {
  return frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Words of letters grow by half; ids, codes, numbers and addresses are the same in every language. */
export async function lengthen(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const longer = (text: string): string =>
      text.replaceAll(/(?<![\w.:/@-])\p{L}{2,}(?![\w:/@-]|\.\w)/gu, (word) =>
        word === word.toUpperCase() ? word : word + word.slice(0, Math.ceil(word.length / 2)).toLowerCase(),
      );
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      if (node.parentElement?.closest('script, style, pre, code') != null) continue;
      node.textContent = longer(node.textContent ?? '');
    }
    for (const one of document.querySelectorAll('[placeholder]'))
      one.setAttribute('placeholder', longer(one.getAttribute('placeholder') ?? ''));
  });
}
