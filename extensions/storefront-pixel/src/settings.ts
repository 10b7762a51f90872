/** Reads the pixel's public settings; anything but a complete, sensible set means that there is nothing to do. */
import type { PixelOptions } from '../../../app/conversion/browser.ts';

export interface PixelSettings {
  key: string;
  endpoint: string;
  options: PixelOptions;
}

/** Shopify event names are short; a list longer than all that exist is not ours. */
const MOST_EVENTS = 60;

export function readSettings(settings: Record<string, unknown>): PixelSettings | undefined {
  const { key, endpoint, options: text } = settings;
  if (typeof key !== 'string' || key === '') return undefined;
  if (typeof endpoint !== 'string' || !isBeaconAddress(endpoint)) return undefined;
  const options = readOptions(text);
  return options === undefined || options.events.length === 0 ? undefined : { key, endpoint, options };
}

/** Loopback is for the sandbox: a visitor's browser cannot be sent anywhere else without https. */
function isBeaconAddress(endpoint: string): boolean {
  return /^https:\/\/|^http:\/\/(?:127\.0\.0\.1|(?:[\w-]+\.)*localhost)(?:[:/]|$)/i.test(endpoint);
}

function readOptions(text: unknown): PixelOptions | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const options: unknown = JSON.parse(text);
    return isOptions(options) ? options : undefined;
  } catch {
    return undefined;
  }
}

/** Written by our own server in the version that this bundle knows; another version is not guessed at. */
function isOptions(value: unknown): value is PixelOptions {
  if (typeof value !== 'object' || value === null) return false;
  const { v, events, echo } = value as { v?: unknown; events?: unknown; echo?: unknown };
  return v === 1 && Array.isArray(events) && events.length <= MOST_EVENTS && Array.isArray(echo);
}
