/** The reminder that a test event code is still set: what such a pixel gets counts nowhere. */
import { Banner, Link } from '@shopify/polaris';

import { PIXEL_TEXT } from './texts-pixels.ts';

export function TestModeNotice({ pixels }: { pixels: { id: string; name: string }[] }) {
  if (pixels.length === 0) return null;
  return (
    <Banner tone="warning" title={PIXEL_TEXT.testNotice}>
      <p>
        {PIXEL_TEXT.testNoticeText}{' '}
        {pixels.map(({ id, name }, place) => (
          <span key={id}>
            {place > 0 ? ', ' : ''}
            <Link url={`/app/pixels/${id}`}>{name}</Link>
          </span>
        ))}
      </p>
    </Banner>
  );
}
