/** Finds out who really sent a request when proxies that we trust stand in front of us. */
import { BlockList, isIP } from 'node:net';

/** True for an address of one of our own proxies. */
export type TrustedProxies = (address: string) => boolean;

/** `TRUSTED_PROXIES` is a list of CIDRs or single addresses; an entry that is neither is named in the error. */
export function trustedProxies(cidrs: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIP(address);
    const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32))
      throw new Error(`TRUSTED_PROXIES: "${cidr}" is neither an address nor a CIDR such as 10.0.0.0/8.`);
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/**
 * The rightmost address that is not one of ours: everything to its left was written by the client itself and may be
 * invented. Without a trusted proxy in front the header is not read at all.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
  trusted: TrustedProxies,
): string {
  let address = plainAddress(peer ?? '');
  if (!trusted(address) || forwardedFor === undefined) return address;
  const hops = (Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor).split(',');
  for (const hop of hops.reverse()) {
    const candidate = plainAddress(hop.trim());
    if (isIP(candidate) === 0) return address;
    address = candidate;
    if (!trusted(candidate)) return candidate;
  }
  return address;
}

/** Without brackets, a port, a zone, or the IPv6 coat of an IPv4 address. */
function plainAddress(written: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(written)?.[1] ?? /^([\d.]+):\d+$/.exec(written)?.[1] ?? written;
  const unzoned = bare.split('%')[0] ?? bare;
  return /^::ffff:([\d.]+)$/i.exec(unzoned)?.[1] ?? unzoned;
}
