import { expect, test } from 'vitest';
import { networkOf } from '../../shared/domain/network.ts';

test.each([
  ['in short, and in full in capitals', '2001:db8::1', '2001:0DB8:0000:0000:7:8:9:A'],
  ['without a zero to leave out', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:6:5:4:3'],
  ['with the zeros left out before the fourth word', '2001::2:3:4:5:6', '2001:0:0:2:6:5:4:3'],
  ['with an IPv4 address at its end', '::192.0.2.7', '::1'],
  ['as IPv4 and as IPv6', '192.0.2.7', '::ffff:c000:207'],
])('a network written %s is one', (_how, one, other) => {
  expect(networkOf(one)).toBe(networkOf(other));
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['192.0.2.7', '192.0.2.8'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.8'],
  ['fe80::1%eth0', 'fe80::1%eth1'],
  ['unknown', ''],
])('%s and %s are two', (one, other) => {
  expect(networkOf(one)).not.toBe(networkOf(other));
});
