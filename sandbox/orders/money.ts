/** Exact money for the sandbox: whole minor units in, decimal text out, and shares that add up to the last cent. */

const decimalPlaces: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

export function placesOf(currency: string): number {
  return decimalPlaces[currency] ?? 2;
}

/** `"12.9"` in USD is 1290. More decimals than the currency has are refused. */
export function toMinor(amount: string, currency: string): bigint {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
  if (!parts) throw new Error(`Not an amount of money: ${amount}`);
  const places = placesOf(currency);
  const fraction = (parts[3] ?? '').replace(/0+$/, '');
  if (fraction.length > places) throw new Error(`${amount} has more decimals than ${currency}`);
  const minor = BigInt((parts[2] ?? '0') + fraction.padEnd(places, '0'));
  return parts[1] === '-' ? -minor : minor;
}

export function fromMinor(minor: bigint, currency: string): string {
  const places = placesOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(places + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return places === 0
    ? sign + digits
    : `${sign}${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`;
}

export function divideRounded(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value < 0n ? -((-value + half) / by) : (value + half) / by;
}

/** Rates carry at most nine decimals; more would pretend a precision that no rate has. */
const rateScale = 1_000_000_000n;

export function scaleOf(rate: number): bigint {
  return BigInt(Math.round(rate * Number(rateScale)));
}

/** Half cents go up, as Shopify shows them. */
export function times(minor: bigint, rate: number): bigint {
  return divideRounded(minor * scaleOf(rate), rateScale);
}

/** The tax that is contained in a gross amount. */
export function containedTax(gross: bigint, rate: number): bigint {
  const scaled = scaleOf(rate);
  return divideRounded(gross * scaled, rateScale + scaled);
}

export function convert(minor: bigint, from: string, to: string, rate: number): bigint {
  if (from === to) return minor;
  const step = placesOf(to) - placesOf(from);
  const scaled = minor * scaleOf(rate);
  return step >= 0
    ? divideRounded(scaled * 10n ** BigInt(step), rateScale)
    : divideRounded(scaled, rateScale * 10n ** BigInt(-step));
}

/** Splits `total` by weight; the cents that rounding leaves over go to the first shares, so that the sum is exact. */
export function share(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = sum(weights);
  if (whole === 0n) return weights.map(() => 0n);
  const shares = weights.map((weight) => (total * weight) / whole);
  let left = total - sum(shares);
  return shares.map((part, place) => {
    if (left === 0n || weights[place] === 0n) return part;
    left -= 1n;
    return part + 1n;
  });
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
