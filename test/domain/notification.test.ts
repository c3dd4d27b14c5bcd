import { expect, test } from 'vitest';
import { endingEvent, isAboutOwnReceiver, notificationUid } from '../../shared/domain/notification.ts';
import { isNotification, readUid } from '../../shared/domain/ids.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';

const UID = '41414141-4141-8414-8505-27358541cc02';

test.each<[string, Partial<Pick<RunControl, 'status' | 'mode'>>, string | null, string | null]>([
  ['failed', { status: 'FAILED' }, null, 'run.failed'],
  ['was invalid', { status: 'INVALID' }, null, 'run.failed'],
  ['failed in part', { status: 'PARTIAL_SUCCEEDED' }, null, null],
  ['succeeded', { status: 'SUCCEEDED' }, null, null],
  ['was cancelled', { status: 'STOPPED' }, 'CANCELLED_BY_CALLER', null],
  ['was stopped at its deadline', { status: 'STOPPED' }, 'DEADLINE', 'run.stopped_by_deadline'],
  ['failed live', { status: 'FAILED', mode: 'LIVE' }, null, null],
])('of a run that %s this is told', (_, change, code, wanted) => {
  const reason = code === null ? null : { code, since: 0, retryAt: null, blockingUids: [] };
  const control = { uid: UID, mode: 'ASYNC', finishedAt: 5, ...change, reason } as unknown as RunControl; // cast: what is read of it
  const definition = { tags: [], deadlineSeconds: 60 } as unknown as RunDefinition; // cast: as above
  expect(endingEvent(control, definition)?.type ?? null).toBe(wanted);
});

test('an event has one uid, which no other workspace, type or event has', () => {
  const uid = notificationUid('a', 'run.failed', 'x');
  expect(notificationUid('a', 'run.failed', 'x')).toBe(uid);
  const about = readUid(uid);
  expect(about !== null && isNotification(about)).toBe(true);
  const others = [
    notificationUid('b', 'run.failed', 'x'),
    notificationUid('a', 'receiver.away', 'x'),
    notificationUid('a', 'run.failed', 'y'),
  ];
  expect(new Set([uid, ...others]).size).toBe(4);
});

test.each([
  ['https://a.example/x', false, true],
  ['https://a.example/y', false, false],
  ['https://a.example', true, true],
  ['https://b.example', true, false],
])('whether an absence of %s (a host: %s) is of the receiver itself', (url, isHost, wanted) => {
  const event = { type: 'receiver.away', at: 0, receiver: { url, isHost, awaySince: 0 } } as const;
  expect(isAboutOwnReceiver(event, 'https://a.example/x?token=1')).toBe(wanted);
});
