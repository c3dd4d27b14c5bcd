import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../shared/domain/address.ts';

// range, first address, last address, neighbour below, neighbour above (null: the neighbour is refused by another row)
const V4_ROWS: readonly (readonly [string, string, string, string | null, string | null])[] = [
  ['0.0.0.0/8', '0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['10.0.0.0/8', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64.0.0/10', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127.0.0.0/8', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['169.254.0.0/16', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16.0.0/12', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0.0/24', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2.0/24', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.88.99.0/24', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168.0.0/16', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['198.18.0.0/15', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100.0/24', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113.0/24', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224.0.0.0/4', '224.0.0.0', '239.255.255.255', '223.255.255.255', null],
  ['240.0.0.0/4', '240.0.0.0', '255.255.255.255', null, null],
  ['168.63.129.16/32', '168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
];

const V6_ROWS: readonly (readonly [string, string, string, string | null, string | null])[] = [
  ['2001::/23', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff::1', '2001:200::'],
  ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
  ['2002::/16', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff::', '2003::'],
  ['3fff::/20', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3ffe:ffff::', '3fff:1000::'],
];

describe.each([...V4_ROWS, ...V6_ROWS])('%s', (range, first, last, below, above) => {
  test('is refused from its first to its last address, by name', () => {
    expect(refusalOf(first)).toContain(`${first} is in ${range}, `);
    expect(refusalOf(last)).toContain(`${last} is in ${range}, `);
  });

  test('ends where it ends', () => {
    if (below !== null) expect(refusalOf(below)).toBeNull();
    if (above !== null) expect(refusalOf(above)).toBeNull();
  });
});

test('the addresses a forged URL wants in a Lambda are refused', () => {
  for (const ip of [
    '127.0.0.1',
    '169.254.100.1',
    '169.254.79.129',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
  ]) {
    expect(refusalOf(ip)).toMatch(/Lambda runtime API/);
  }
  expect(refusalOf('fd00:ec2::254')).toMatch(/container credentials/);
});

test('2000::/3 is public, and nothing else of IPv6', () => {
  expect(refusalOf('2000::')).toBeNull();
  expect(refusalOf('2606:4700:4700::1111')).toBeNull();
  expect(refusalOf('3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBeNull();
  expect(refusalOf('1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toContain('outside 2000::/3');
  expect(refusalOf('4000::')).toContain('outside 2000::/3');
});

test.each([
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:8.8.8.8', 'written as IPv6'],
  ['::ffff:7f00:1', 'written as IPv6'],
  ['64:ff9b::8.8.8.8', 'NAT64'],
  ['fc00::1', 'private network'],
  ['fdff:ffff::1', 'private network'],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['ff02::1', 'multicast'],
  ['::8.8.8.8', 'outside 2000::/3'],
])('%s is refused: %s', (ip, why) => {
  expect(refusalOf(ip)).toContain(why);
});

test.each([
  'fe80::1%eth0',
  '2606:4700::1%1',
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '256.1.1.1',
  '0x8.8.8.8',
  '8.8.8.8 ',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '2606::1::2',
  '2606:::1',
  '2606:47000::1',
  '1:2:3:4:5:6:7::8:9',
  '2606::1.2.3.4:1',
  '[2606::1]',
])('"%s" is no address and refused', (text) => {
  expect(refusalOf(text)).toContain('is not an IP address');
});

test('every spelling of an IPv6 address gets one answer', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const canonical = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
      const [said, expected] = [refusalOf(ip), refusalOf(canonical)];
      expect(said?.replace(ip, '') ?? null).toBe(expected?.replace(canonical, '') ?? null);
      expect(said ?? '').not.toContain('is not an IP address');
    }),
  );
});
