import { parseIpv6 } from './parse-ip.ts';

/** IPv4 addresses written as IPv6 (RFC 4291 §2.5.5.2). */
const MAPPED_IPV4 = [0, 0, 0, 0, 0, 0xffff];

/**
 * Whom a source address stands for: an IPv4 address for itself, an IPv6 address for its /64, within which one subscriber
 * has all addresses (RFC 6177 §2). Any other text stands for itself.
 */
export function networkOf(address: string): string {
  const words = parseIpv6(address);
  if (words === null) return address;
  if (MAPPED_IPV4.every((word, at) => words[at] === word)) {
    const [high = 0, low = 0] = words.slice(6);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  return words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(':');
}
