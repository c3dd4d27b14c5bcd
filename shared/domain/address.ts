import { BlockList, isIP, SocketAddress } from 'node:net';

/** A range of addresses: the first one, the prefix length in bits, and what the range is used for. */
type Range = { readonly first: string; readonly bits: number; readonly why: string };

/**
 * The IPv4 ranges that are not public (RFC 6890 and its registry), and one public address that a cloud uses internally.
 */
const REFUSED_IPV4: readonly Range[] = [
  { first: '0.0.0.0', bits: 8, why: '"this network": it reaches the sender itself' },
  { first: '10.0.0.0', bits: 8, why: 'private network' },
  { first: '100.64.0.0', bits: 10, why: 'shared address space behind a carrier' },
  { first: '127.0.0.0', bits: 8, why: 'loopback: the Lambda runtime API lives there' },
  { first: '169.254.0.0', bits: 16, why: 'link-local: the Lambda runtime API and instance metadata live there' },
  { first: '172.16.0.0', bits: 12, why: 'private network' },
  { first: '192.0.0.0', bits: 24, why: 'kept for protocol assignments' },
  { first: '192.0.2.0', bits: 24, why: 'kept for documentation' },
  { first: '192.88.99.0', bits: 24, why: 'former 6to4 relays' },
  { first: '192.168.0.0', bits: 16, why: 'private network' },
  { first: '198.18.0.0', bits: 15, why: 'kept for benchmarks' },
  { first: '198.51.100.0', bits: 24, why: 'kept for documentation' },
  { first: '203.0.113.0', bits: 24, why: 'kept for documentation' },
  { first: '224.0.0.0', bits: 4, why: 'multicast' },
  { first: '240.0.0.0', bits: 4, why: 'reserved, and broadcast' },
  { first: '168.63.129.16', bits: 32, why: 'a cloud platform’s internal service' },
];

/** The only IPv6 range that is public. */
const ALLOWED_IPV6: Range = { first: '2000::', bits: 3, why: 'the public internet' };

/** The ranges within 2000::/3 that are not public. */
const REFUSED_IPV6: readonly Range[] = [
  { first: '2001::', bits: 23, why: 'kept for protocol assignments, Teredo among them' },
  { first: '2001:db8::', bits: 32, why: 'kept for documentation' },
  { first: '2002::', bits: 16, why: '6to4: it wraps an IPv4 address' },
  { first: '3fff::', bits: 20, why: 'kept for documentation' },
];

/** Ranges outside 2000::/3 that the message names, to help the reader. A narrower range precedes the wider one. */
const NAMED_IPV6: readonly Range[] = [
  { first: '::1', bits: 128, why: 'loopback: the Lambda runtime API lives there' },
  { first: '::', bits: 128, why: 'the unspecified address: it reaches the sender itself' },
  { first: '::ffff:0:0', bits: 96, why: 'an IPv4 address written as IPv6' },
  { first: '64:ff9b::', bits: 96, why: 'NAT64: it wraps an IPv4 address' },
  { first: 'fd00:ec2::', bits: 32, why: 'AWS’s metadata and container credentials' },
  { first: 'fc00::', bits: 7, why: 'private network' },
  { first: 'fe80::', bits: 10, why: 'link-local' },
  { first: 'ff00::', bits: 8, why: 'multicast' },
];

/**
 * Why a callback may not be sent to this address, with the range and its use; null when the address is public.
 * Takes IPv4 and IPv6 addresses without brackets and refuses any other text.
 */
export function refusalOf(ip: string): string | null {
  const version = isIP(ip);
  if (version === 0 || ip.includes('%')) return `${ip} is not an IP address (zone identifiers are not allowed)`;
  if (version === 4) return findRefusal(IPV4, ip, new SocketAddress({ address: ip, family: 'ipv4' }));
  const address = new SocketAddress({ address: ip, family: 'ipv6' });
  if (PUBLIC_IPV6.list.check(address)) return findRefusal(NOT_PUBLIC_IPV6, ip, address);
  return findRefusal(NAMED, ip, address) ?? `${ip} is outside 2000::/3, the public part of IPv6`;
}

type ListedRange = { readonly range: Range; readonly list: BlockList };

/** One list per range: a BlockList says that it contains an address, but not by which of its rules. */
function listOf(range: Range): ListedRange {
  const list = new BlockList();
  list.addSubnet(range.first, range.bits, isIP(range.first) === 4 ? 'ipv4' : 'ipv6');
  return { range, list };
}

const IPV4 = REFUSED_IPV4.map(listOf);
const PUBLIC_IPV6 = listOf(ALLOWED_IPV6);
const NOT_PUBLIC_IPV6 = REFUSED_IPV6.map(listOf);
const NAMED = NAMED_IPV6.map(listOf);

/** The refusal for the first range that contains the address; null: none does. */
function findRefusal(ranges: readonly ListedRange[], ip: string, address: SocketAddress): string | null {
  const found = ranges.find(({ list }) => list.check(address))?.range;
  return found === undefined ? null : `${ip} is in ${found.first}/${found.bits}, ${found.why}`;
}
