import { expect, test } from 'vitest';
import { timeZoneFault } from '../../shared/domain/cron/time-zone.ts';
import { clockChangesBetween, instantsOfLocal, offsetAt } from '../../shared/domain/cron/zone-offsets.ts';

const HOUR_MS = 3_600_000;

test.each([
  'UTC',
  'GMT',
  'Etc/UTC',
  'Etc/GMT+5',
  'Europe/Berlin',
  'Europe/Kyiv',
  'Asia/Kolkata',
  'Asia/Calcutta',
  'US/Eastern',
  'Australia/NSW',
  'America/Argentina/Buenos_Aires',
  'America/Port-au-Prince',
  'Africa/Dar_es_Salaam',
  'Antarctica/DumontDUrville',
  'Australia/Lord_Howe',
])('%s is a zone', (name) => {
  expect(timeZoneFault(name)).toBeNull();
});

test.each([
  ['', 'not a known time zone'],
  ['+05:30', 'is an offset'],
  ['-0800', 'is an offset'],
  ['UTC+2', 'is an offset'],
  ['GMT-03:00', 'is an offset'],
  ['EST', 'abbreviation'],
  ['PST8PDT', 'abbreviation'],
  ['utc', 'abbreviation'],
  ['europe/berlin', 'must be written "Europe/Berlin"'],
  ['us/eastern', 'usual case'],
  ['ASIA/KOLKATA', 'usual case'],
  ['Mars/Olympus', 'not a known time zone'],
  ['Europe/Berlin ', 'not a known time zone'],
  ['Europe/Berlin\n', 'not a known time zone'],
  [`Europe/${'x'.repeat(50)}`, '57 characters'],
])('%j is refused: %s', (name, reason) => {
  expect(timeZoneFault(name)).toContain(reason);
  expect(timeZoneFault(name)).toContain('allowed: a tz database name');
});

test('every zone Intl lists with an area is accepted', () => {
  const refused = Intl.supportedValuesOf('timeZone').filter((name) => timeZoneFault(name) !== null);
  expect(refused).toEqual([]);
});

test('clock changes are found to the millisecond, a whole skipped day among them', () => {
  const changes = clockChangesBetween('Pacific/Apia', Date.UTC(2011, 0, 1), Date.UTC(2012, 0, 1));
  expect(changes).toEqual([
    { atMs: Date.parse('2011-04-02T14:00Z'), beforeMs: -10 * HOUR_MS, afterMs: -11 * HOUR_MS },
    { atMs: Date.parse('2011-09-24T14:00Z'), beforeMs: -11 * HOUR_MS, afterMs: -10 * HOUR_MS },
    { atMs: Date.parse('2011-12-30T10:00Z'), beforeMs: -10 * HOUR_MS, afterMs: 14 * HOUR_MS },
  ]);
});

test('both changes of Cairo’s and Casablanca’s short Ramadan stretches are found', () => {
  const count = (zone: string, year: number): number =>
    clockChangesBetween(zone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)).length;
  expect([count('Africa/Cairo', 2010), count('Africa/Cairo', 2014), count('Africa/Casablanca', 2012)]).toEqual([
    4, 4, 4,
  ]);
});

test('a local time has no instant when skipped, two when repeated', () => {
  const instants = (zone: string, local: string): readonly string[] =>
    instantsOfLocal(zone, Date.parse(local)).map((ms) => new Date(ms).toISOString().slice(0, 16));
  expect(instants('Europe/Berlin', '2026-03-29T02:30Z')).toEqual([]);
  expect(instants('Europe/Berlin', '2026-10-25T02:30Z')).toEqual(['2026-10-25T00:30', '2026-10-25T01:30']);
  expect(instants('Australia/Lord_Howe', '2026-04-05T01:45Z')).toEqual(['2026-04-04T14:45', '2026-04-04T15:15']);
  expect(instants('Pacific/Apia', '2011-12-30T12:00Z')).toEqual([]);
  expect(instants('Pacific/Kiritimati', '2026-01-01T00:00Z')).toEqual(['2025-12-31T10:00']);
});

test('the cached offset is what Intl says, in every zone', () => {
  for (const [index, zone] of Intl.supportedValuesOf('timeZone').entries()) {
    const ms = Date.UTC(2000 + (index % 40), index % 12, 1 + (index % 28), index % 24);
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    expect(ms + offsetAt(zone, ms), zone).toBe(Date.parse(`${format.format(ms).replace(' ', 'T')}Z`));
  }
});
