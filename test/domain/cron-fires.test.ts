import { expect, test } from 'vitest';
import { firesBetween, isNominal, nextFire } from '../../shared/domain/cron/next-fires.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { clockNotes, previewFires } from '../../shared/domain/cron/preview-fires.ts';

function fires(text: string, zone: string, after: string, until: string): readonly string[] {
  return firesBetween(parseCron(text), zone, Date.parse(after), Date.parse(until)).map(show);
}

function show(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

test.each([
  // Berlin: 2026-03-29 02:00 → 03:00, 2026-10-25 03:00 → 02:00
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00Z',
    '2026-03-30T12:00Z',
    ['2026-03-30T00:30'],
    'skips a missing time',
  ],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00Z',
    '2026-10-26T00:00Z',
    ['2026-10-25T00:30'],
    'fires on the first pass',
  ],
  [
    '30 * * * *',
    'Europe/Berlin',
    '2026-10-25T00:00Z',
    '2026-10-25T02:00Z',
    ['2026-10-25T00:30', '2026-10-25T01:30'],
    'a starred hour fires in both passes',
  ],
  [
    '30 */2 * * *',
    'Europe/Berlin',
    '2026-10-25T00:00Z',
    '2026-10-25T02:00Z',
    ['2026-10-25T00:30', '2026-10-25T01:30'],
    'a stepped star too',
  ],
  [
    '30 0-23/2 * * *',
    'Europe/Berlin',
    '2026-10-25T00:00Z',
    '2026-10-25T02:00Z',
    ['2026-10-25T00:30'],
    'the same hours without a star fire once',
  ],
  [
    '*/30 2,3 * * *',
    'Europe/Berlin',
    '2026-10-24T23:00Z',
    '2026-10-25T03:00Z',
    ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T02:00', '2026-10-25T02:30'],
    'minutes with a star follow the hour',
  ],
  [
    '0 * * * *',
    'Europe/Berlin',
    '2026-03-29T00:00Z',
    '2026-03-29T02:00Z',
    ['2026-03-29T01:00', '2026-03-29T02:00'],
    'an hourly one loses nothing in spring',
  ],
  // Lord Howe goes back by half an hour at 02:00 and forward at 02:00
  [
    '45 1 * * *',
    'Australia/Lord_Howe',
    '2026-04-04T00:00Z',
    '2026-04-05T00:00Z',
    ['2026-04-04T14:45'],
    'half an hour repeated',
  ],
  [
    '15 2 * * *',
    'Australia/Lord_Howe',
    '2026-10-03T00:00Z',
    '2026-10-05T00:00Z',
    ['2026-10-04T15:15'],
    'half an hour missing',
  ],
  [
    '*/15 * * * *',
    'Australia/Lord_Howe',
    '2026-04-04T14:40Z',
    '2026-04-04T15:30Z',
    ['2026-04-04T14:45', '2026-04-04T15:00', '2026-04-04T15:15', '2026-04-04T15:30'],
    'every quarter, without a gap',
  ],
  [
    '0 12 * * *',
    'Pacific/Apia',
    '2011-12-29T00:00Z',
    '2012-01-01T00:00Z',
    ['2011-12-29T22:00', '2011-12-30T22:00', '2011-12-31T22:00'],
    'Apia has no 30 December 2011',
  ],
  [
    '0 0 30 12 *',
    'Pacific/Apia',
    '2011-01-01T00:00Z',
    '2013-01-01T00:00Z',
    ['2012-12-29T10:00'],
    'so a yearly one waits for 2012',
  ],
  [
    '0 3 * * *',
    'Africa/Casablanca',
    '2026-02-14T00:00Z',
    '2026-02-16T12:00Z',
    ['2026-02-14T02:00', '2026-02-15T03:00', '2026-02-16T03:00'],
    'Ramadan in Morocco',
  ],
  [
    '30 1 * * *',
    'Antarctica/Troll',
    '2026-03-28T12:00Z',
    '2026-03-30T12:00Z',
    ['2026-03-29T23:30'],
    'Troll jumps two hours',
  ],
  [
    '0 9 * * 1-5',
    'Pacific/Chatham',
    '2026-04-03T00:00Z',
    '2026-04-06T12:00Z',
    ['2026-04-05T20:15'],
    'Chatham lies at :45',
  ],
  [
    '0 9 * * *',
    'Asia/Kathmandu',
    '2026-01-01T00:00Z',
    '2026-01-02T00:00Z',
    ['2026-01-01T03:15'],
    'Kathmandu lies at :45',
  ],
  // The day rule
  [
    '0 0 13 * 5',
    'UTC',
    '2026-02-01T00:00Z',
    '2026-03-01T00:00Z',
    ['2026-02-06T00:00', '2026-02-13T00:00', '2026-02-20T00:00', '2026-02-27T00:00'],
    'either day field suffices',
  ],
  [
    '0 0 */2 * 1',
    'UTC',
    '2026-02-01T00:00Z',
    '2026-03-01T00:00Z',
    ['2026-02-09T00:00', '2026-02-23T00:00'],
    'a star in front asks for both',
  ],
  [
    '0 0 10,*/10 * 1',
    'UTC',
    '2026-02-08T00:00Z',
    '2026-02-12T00:00Z',
    ['2026-02-09T00:00', '2026-02-10T00:00', '2026-02-11T00:00'],
    'a star further on does not',
  ],
  [
    '0 0 29 2 *',
    'UTC',
    '2026-01-01T00:00Z',
    '2033-01-01T00:00Z',
    ['2028-02-29T00:00', '2032-02-29T00:00'],
    'leap days',
  ],
])('%s in %s after %s until %s', (text, zone, after, until, expected, _why) => {
  expect(fires(text, zone, after, until)).toEqual(expected);
});

test('the fire at the given instant itself is not the next one', () => {
  const cron = parseCron('0 9 * * *');
  const nine = Date.parse('2026-11-23T09:00:00Z');
  expect(nextFire(cron, 'UTC', nine - 1)).toBe(nine);
  expect(nextFire(cron, 'UTC', nine)).toBe(nine + 86_400_000);
});

test('the rarest date, 29 February on a Sunday over the year 2100, is found', () => {
  expect(nextFire(parseCron('0 0 29 2 */7'), 'UTC', Date.parse('2088-03-01T00:00Z'))).toBe(
    Date.parse('2128-02-29T00:00Z'),
  );
});

test('an expression that names only a time which its zone always skips has no fire, and the preview says why', () => {
  const cron = parseCron('30 2 8-14 3 */7');
  const preview = previewFires(cron, 'America/New_York', Date.parse('2026-01-01T00:00Z'), 3);
  expect(nextFire(cron, 'America/New_York', Date.parse('2026-01-01T00:00Z'))).toBeNull();
  expect(preview.fires).toEqual([]);
  expect(preview.notes.map((note) => note.local)).toEqual(['2026-03-08T02:30:00-05:00']);
});

test('only a nominal instant is nominal: not its second pass, a second later, or another zone’s', () => {
  const cron = parseCron('30 2 * * *');
  const first = Date.parse('2026-10-25T00:30:00Z');
  const instants = [first, first + 3_600_000, first + 1000, first + 1, first - 60_000];
  expect(instants.map((ms) => isNominal(cron, 'Europe/Berlin', ms))).toEqual([true, false, false, false, false]);
  expect(isNominal(cron, 'UTC', first)).toBe(false);
  expect(isNominal(parseCron('30 * * * *'), 'Europe/Berlin', first + 3_600_000)).toBe(true);
});

test('a preview gives UTC and local times and begins with a fire at its first instant', () => {
  const { fires: found } = previewFires(parseCron('0 9 * * *'), 'Asia/Kolkata', Date.parse('2026-11-23T03:30:00Z'), 2);
  expect(found).toEqual([
    { atMs: Date.parse('2026-11-23T03:30:00Z'), local: '2026-11-23T09:00:00+05:30' },
    { atMs: Date.parse('2026-11-24T03:30:00Z'), local: '2026-11-24T09:00:00+05:30' },
  ]);
});

test.each([
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', ['2026-03-29T02:30:00+01:00'], /^skipped: .*\+01:00 to \+02:00/],
  [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T00:00Z',
    ['2026-10-25T02:30:00+02:00'],
    /^repeated: .* the first time only$/,
  ],
  [
    '30 * * * *',
    'Europe/Berlin',
    '2026-10-25T00:00Z',
    ['2026-10-25T02:30:00+02:00'],
    /^repeated: .* fires both times$/,
  ],
  ['30 4 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', [], /./],
  [
    '0 6,18 * * *',
    'Pacific/Apia',
    '2011-12-29T00:00Z',
    ['2011-12-30T06:00:00-10:00', '2011-12-30T18:00:00-10:00'],
    /^skipped/,
  ],
])('%s in %s has its notes', (text, zone, from, locals, wording) => {
  const { notes } = previewFires(parseCron(text), zone, Date.parse(from), 4);
  expect(notes.map((note) => note.local)).toEqual(locals);
  for (const note of notes) expect(note.note).toMatch(wording);
});

test.each([
  ['ends between the two passes', '2026-10-24T00:00Z', '2026-10-25T00:45Z'],
  ['begins between the two passes', '2026-10-25T00:45Z', '2026-10-26T00:00Z'],
])('a time that comes twice is noted when the span %s', (_where, from, until) => {
  const notes = clockNotes(parseCron('30 2 * * *'), 'Europe/Berlin', Date.parse(from), Date.parse(until));
  expect(notes.map((note) => note.local)).toEqual(['2026-10-25T02:30:00+02:00']);
});

test('a span that ends before the change or begins after it has no note', () => {
  const cron = parseCron('30 2 * * *');
  const spans = [
    ['2026-03-28T00:00Z', '2026-03-29T00:59Z'],
    ['2026-03-29T01:01Z', '2026-03-30T00:00Z'],
    ['2026-10-25T01:31Z', '2026-10-26T00:00Z'],
  ] as const;
  for (const [from, until] of spans) {
    expect(clockNotes(cron, 'Europe/Berlin', Date.parse(from), Date.parse(until))).toEqual([]);
  }
});

test('notes beyond a hundred are counted', () => {
  const notes = clockNotes(
    parseCron('* * * * *'),
    'Pacific/Apia',
    Date.parse('2011-12-30T00:00Z'),
    Date.parse('2011-12-31T00:00Z'),
  );
  expect(notes).toHaveLength(101);
  expect(notes.at(-1)?.note).toBe('and 1340 more local times after this one');
});
