/** Money as the command line prints it. */
import { fromMinor } from '../conversion/browser.ts';

export const formatMinor = (minor: bigint, currency: string): string =>
  `${fromMinor(minor, currency)} ${currency}`;
