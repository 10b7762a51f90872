/** How the admin pages are built: Remix over Vite, with everything of Shopify's interface bundled into the server build. */
import { vitePlugin as remix } from '@remix-run/dev';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    remix({
      future: {
        v3_fetcherPersist: true,
        v3_lazyRouteDiscovery: true,
        v3_relativeSplatPath: true,
        v3_singleFetch: false,
        v3_throwAbortReason: true,
      },
    }),
  ],
  build: { assetsInlineLimit: 0, target: 'es2022', reportCompressedSize: false },
  ssr: { noExternal: [/^@shopify\//] },
  optimizeDeps: { include: ['@shopify/app-bridge-react', '@shopify/polaris'] },
  server: { middlewareMode: true },
  clearScreen: false,
});
