/** The reminder that a test event code is still set: what such a pixel gets counts nowhere. */
import { Banner, Link } from '@shopify/polaris';

import { PIXEL_TEXT } from './texts-pixels.ts';

export interface TestedPixel {
  id: string;
  name: string;
}

export const tested = (pixels: readonly (TestedPixel & { testEventCode: string | null })[]): TestedPixel[] =>
  pixels.flatMap(({ id, name, testEventCode }) => (testEventCode === null ? [] : [{ id, name }]));

export function TestModeNotice({ pixels }: { pixels: readonly TestedPixel[] }) {
  if (pixels.length === 0) return null;
  return (
    <Banner tone="warning">
      <p>
        <b>{PIXEL_TEXT.testNotice}</b>{' '}
        {pixels.map(({ id, name }, place) => (
          <span key={id}>
            {place > 0 ? ', ' : ''}
            <Link url={`/app/pixels/${id}`}>{name}</Link>
          </span>
        ))}
        . {PIXEL_TEXT.testNoticeText}
      </p>
    </Banner>
  );
}
