/** Where a visitor lands whom Shopify did not send. It asks for nothing: installing starts in Shopify. */
import type { MetaFunction } from '@remix-run/node';

export const meta: MetaFunction = () => [{ title: 'Tock' }, { name: 'robots', content: 'noindex' }];

export default function OpenFromShopify() {
  return (
    <main
      style={{
        fontFamily: 'system-ui, sans-serif',
        margin: '4rem auto',
        maxWidth: '34rem',
        padding: '0 1rem',
      }}
    >
      <h1>Tock lives in your Shopify admin</h1>
      <p>
        In your Shopify admin choose <b>Apps</b>, then <b>Tock</b>. If it is not there yet, install it from
        the Shopify App Store; Shopify brings you back here by itself.
      </p>
    </main>
  );
}
