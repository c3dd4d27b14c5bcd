import { isIPv6, SocketAddress } from 'node:net';

/** An IPv4 address written as IPv6 (RFC 4291 §2.5.5.2), as node:net writes it. */
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * The network that a source address is counted under: an IPv4 address itself, the /64 of an IPv6 address, because one
 * subscriber has a whole /64 (RFC 6177 §2). Any other text, also an address with a zone, is returned as it is.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = MAPPED_IPV4.exec(canonical)?.[1];
  if (mapped !== undefined) return mapped;
  // "::" stands for the zero words that are missing from eight.
  const [left = [], right = []] = canonical.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
