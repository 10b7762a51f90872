/** What a page that is about one pixel shows as long as there is none. */
import { useNavigate } from '@remix-run/react';
import { Card, EmptyState, Page } from '@shopify/polaris';

import { NO_PIXEL_TEXT } from './texts-settings.ts';

export function NoPixel({ title }: { title: string }) {
  const navigate = useNavigate();
  return (
    <Page title={title}>
      <Card>
        <EmptyState
          heading={NO_PIXEL_TEXT.title}
          action={{ content: NO_PIXEL_TEXT.add, onAction: () => navigate('/app/pixels/new') }}
          image=""
        >
          <p>{NO_PIXEL_TEXT.text}</p>
        </EmptyState>
      </Card>
    </Page>
  );
}
