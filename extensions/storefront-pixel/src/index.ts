/** The entry of the web pixel: registers with Shopify's sandbox and hands its API to the pixel. */
import { register } from '@shopify/web-pixels-extension';
import { startPixel } from './pixel.ts';

register((api) => startPixel(api));
