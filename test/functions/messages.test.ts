import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '../../shared/aws/messages.ts';

const run = '7646893d-a21e-890a-bb5b-91db79099992';

// Bodies as version 0.1.0 queued them. A deploy finds such messages in flight: never change one, only add.
test.each([
  [
    `{"v":1,"k":"page","run":"${run}","ep":1,"i":0,"p":0}`,
    { kind: 'page', runUid: run, epoch: 1, input: 0, page: 0, cursor: null, attempt: 0, until: null, again: false },
  ],
  [
    `{"v":1,"k":"page","run":"${run}","ep":3,"i":7,"p":12,"c":"600","t":2,"u":1795000000000,"r":600,"cb":12,"tr":4,"cy":["a1b2c3d4",8,3],"a":true}`,
    {
      cursor: '600',
      attempt: 2,
      until: 1_795_000_000_000,
      results: 600,
      callbacks: 12,
      tries: 4,
      cycle: { hash: 'a1b2c3d4', power: 8, steps: 3 },
      again: true,
    },
  ],
  [
    `{"v":1,"k":"page","run":"${run}","ep":1,"i":0,"p":2,"u":1795000000000,"h":true}`,
    { page: 2, until: 1_795_000_000_000, held: true },
  ],
  [`{"v":1,"k":"callback","uid":"${run}"}`, { kind: 'callback', uid: run, attempt: 0 }],
  [`{"v":1,"k":"callback","uid":"${run}","t":4}`, { kind: 'callback', uid: run, attempt: 4 }],
  [`{"v":1,"k":"dispatch","run":"${run}","ep":2}`, { kind: 'dispatch', runUid: run, epoch: 2 }],
])('a stored message of 0.1.0 is understood: %s', (text, wanted) => {
  expect(decodeMessage(text)).toMatchObject(wanted);
});

test('a page message comes back as it was sent', () => {
  const count = fc.integer({ min: 0, max: 1_000_000 });
  const message = fc.record({
    kind: fc.constant('page' as const),
    runUid: fc.uuid(),
    epoch: count,
    input: count,
    place: count,
    position: count,
    page: count,
    cursor: fc.option(fc.string()),
    attempt: fc.integer({ min: 0, max: 3 }),
    until: fc.option(count),
    results: count,
    callbacks: count,
    tries: count,
    cycle: fc.option(fc.record({ hash: fc.string(), power: count, steps: count })),
    again: fc.boolean(),
  });
  fc.assert(
    fc.property(message, fc.boolean(), (page, held) => {
      const sent = { ...page, ...(held ? { held } : {}) };
      expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
    }),
  );
});

test.each([
  'not json',
  '{}',
  `{"v":2,"k":"page","run":"${run}","ep":1,"i":0,"p":0}`,
  `{"v":1,"k":"page","run":"${run}","ep":1,"i":0,"p":0,"x":1}`,
  `{"v":1,"k":"page","run":"${run}","ep":1,"i":-1,"p":0}`,
])('what this code never sent is refused: %s', (text) => {
  expect(() => decodeMessage(text)).toThrow();
});
