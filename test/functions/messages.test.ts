import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '../../shared/aws/messages.ts';
import type { Message } from '../../shared/engine/messages.ts';

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
    { page: 2, until: 1_795_000_000_000, reserved: true },
  ],
  [`{"v":1,"k":"callback","uid":"${run}"}`, { kind: 'callback', uid: run, attempt: 0 }],
  [`{"v":1,"k":"callback","uid":"${run}","t":4}`, { kind: 'callback', uid: run, attempt: 4 }],
  [`{"v":1,"k":"dispatch","run":"${run}","ep":2}`, { kind: 'dispatch', runUid: run, epoch: 2 }],
])('a stored message of 0.1.0 is understood: %s', (text, wanted) => {
  expect(decodeMessage(text)).toMatchObject(wanted);
});

test.each([
  [`{"v":1,"k":"bulk","b":"${run}","s":3}`, { kind: 'bulk', bulkUid: run, step: 3, dueAt: null }],
  [
    `{"v":1,"k":"bulk","b":"${run}","due":1795000000000}`,
    { kind: 'bulk', bulkUid: run, step: null, dueAt: 1_795_000_000_000 },
  ],
] satisfies [string, Message][])('a message of a bulk is written and read: %s', (text, message) => {
  expect(encodeMessage(message)).toBe(text);
  expect(decodeMessage(text)).toEqual(message);
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
    fc.property(message, fc.boolean(), (page, reserved) => {
      const sent = { ...page, ...(reserved ? { reserved } : {}) };
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

// While a deployment is under way functions of the release before read what those of this one write.
test.each<[Message, string]>([
  [
    {
      kind: 'page',
      runUid: run,
      epoch: 1,
      input: 3,
      place: 2,
      position: 5,
      page: 4,
      cursor: 'c',
      attempt: 1,
      until: 9,
      reserved: true,
      counted: true,
      results: 7,
      callbacks: 8,
      tries: 6,
      cycle: { hash: 'h', power: 2, steps: 1 },
      again: true,
      slow: true,
    },
    `{"v":1,"k":"page","run":"${run}","ep":1,"i":3,"w":2,"q":5,"p":4,"c":"c","t":1,"u":9,"h":true,"n":true,"r":7,"cb":8,"tr":6,"cy":["h",2,1],"a":true,"s":true}`,
  ],
  [{ kind: 'callback', uid: run, attempt: 2, slow: true }, `{"v":1,"k":"callback","uid":"${run}","t":2,"s":true}`],
  [{ kind: 'dispatch', runUid: run, epoch: 2 }, `{"v":1,"k":"dispatch","run":"${run}","ep":2}`],
  [{ kind: 'purge', runUid: run }, `{"v":1,"k":"purge","run":"${run}"}`],
  [{ kind: 'intake', runUid: run, epoch: 2 }, `{"v":1,"k":"intake","run":"${run}","ep":2}`],
  [
    { kind: 'fire', scheduleUid: run, nominalAt: 1_795_000_000_000, revision: 3 },
    `{"v":1,"k":"fire","s":"${run}","at":"2026-11-18T11:06:40.000Z","rev":3}`,
  ],
  [{ kind: 'reconcile', scheduleUid: run, dueAt: 5 }, `{"v":1,"k":"tend","s":"${run}","due":5}`],
  [{ kind: 'reconcile', scheduleUid: run, dueAt: null }, `{"v":1,"k":"tend","s":"${run}"}`],
])('a message is written under the names it always had: %o', (message, text) => {
  expect(encodeMessage(message)).toBe(text);
  expect(decodeMessage(text)).toEqual(message);
});
