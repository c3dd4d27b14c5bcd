import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createDeadLetterHandler } from '../../functions/workers/dead-letters.ts';
import { encodeMessage, fireTemplate } from '../../shared/aws/messages.ts';
import type { Log } from '../../shared/engine/ports.ts';
import { START } from '../support/engine-harness.ts';
import { firstPage, ONLY_INPUT } from '../../shared/engine/runs/open-input.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness } from '../support/schedule-harness.ts';

const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:123456789012:Trireme-prod-DeadLetters';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A harness, the handler over it, and what the handler logged. */
function createHandler() {
  const harness = createScheduleHarness({
    actions: [createSampleActions().numberedPages],
    input: { pages: 1, per_page: 1 },
  });
  const lines: Line[] = [];
  const line =
    (level: string) =>
    (message: string, data: Line['data'] = {}): void =>
      void lines.push({ level, message, data });
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const ports = { ...harness.ports, log };
  return { harness, ports, lines, handle: createDeadLetterHandler(ports) };
}

function eventOf(body: string, messageAttributes: SQSRecord['messageAttributes'] = {}): SQSEvent {
  const record: SQSRecord = {
    messageId: '0b5f0b9e-4a4e-4f8e-9a55-1d2f3a4b5c6d',
    receiptHandle: 'handle',
    body,
    attributes: {
      ApproximateReceiveCount: '9',
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes,
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN,
    awsRegion: 'eu-west-1',
  };
  return { Records: [record] };
}

test('a letter of a later release stays in its queue until that is deployed again', async () => {
  const { handle, lines } = createHandler();
  await expect(handle(eventOf('{"v":2,"k":"dispatch","run":"r"}'))).rejects.toThrow('of a later release');
  expect(lines).toEqual([]);
});

test('a letter is logged with its id, its queue, what it said and what came of it', async () => {
  const { harness, handle, lines } = createHandler();
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await handle(eventOf(encodeMessage(firstPage(definition.uid, 1, ONLY_INPUT))));
  const about = { message_id: '0b5f0b9e-4a4e-4f8e-9a55-1d2f3a4b5c6d', queue: 'Trireme-prod-DeadLetters' };
  expect(lines).toMatchObject([
    { level: 'error', data: { ...about, run_uid: definition.uid, label: 'INTERNAL_ERROR' } },
    { level: 'warn', data: { ...about, outcome: 'INPUT_FAILED', deadLetter: { kind: 'page' } } },
  ]);
  const control = await harness.ports.runs.readControl(definition.uid);
  expect(control?.lastError?.error_ref).toBe(lines[0]?.data['error_ref']);
});

test.each(['no JSON', '{"v":1,"k":"page"}', '{}'])(
  'what cannot be read, as %j, is logged whole and dropped',
  async (body) => {
    const { handle, lines } = createHandler();
    await handle(eventOf(body));
    expect(lines).toMatchObject([{ level: 'error', data: { body } }]);
  },
);

test('a letter that cannot be ended now is thrown, so that it stays in the queue and counts as an error', async () => {
  const { harness, ports } = createHandler();
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const away = createDeadLetterHandler({
    ...ports,
    runs: { ...ports.runs, readControl: () => Promise.reject(new Error('the table is away')) },
  });
  const event = eventOf(encodeMessage(firstPage(definition.uid, 1, ONLY_INPUT)));
  await expect(away(event)).rejects.toThrow('the table is away');
});

test.each([
  ['EventBridge could not deliver fires, as one that is late', { outcome: 'FIRED', reason: null }],
  ['was received again and again is a MISSED row of the ledger', { outcome: 'MISSED', reason: 'LOST', runUid: null }],
])('a fire that %s, once', async (how, row) => {
  const { harness, handle } = createHandler();
  const { uid, revision } = await harness.put({ cron: '30 12 * * *', scheduleAt: null });
  const at = START + 30 * 60_000;
  const body = fireTemplate(uid, revision).replace('<aws.scheduler.scheduled-time>', new Date(at).toISOString());
  const told = { stringValue: 'AccessDenied', dataType: 'String', stringListValues: [], binaryListValues: [] };
  const event = eventOf(body, how.startsWith('EventBridge') ? { ERROR_CODE: told } : {});
  await handle(event); // its time is yet to come: reconciling the schedule brings it
  expect(await harness.fires(uid)).toEqual([]);
  harness.skipTo(at + 60_000);
  await handle(event);
  await handle(event);
  expect(await harness.fires(uid)).toMatchObject([{ nominalAt: at, ...row }]);
  const missed = row.outcome === 'MISSED' ? 1 : 0;
  expect(await harness.read(uid)).toMatchObject({ status: 'ACTIVE', counts: { fired: 1 - missed, missed } });
});

test('a fire that the ledger has is carried out as it was decided, however often its letter comes', async () => {
  const { harness, handle } = createHandler();
  const { uid } = await harness.put({ cron: '30 12 * * *', scheduleAt: null });
  await harness.turnTo(START + 31 * 60_000);
  const [fire] = await harness.fires(uid);
  if (fire?.runUid === undefined || fire.runUid === null) throw new Error('it did not fire');
  const run = await harness.ports.runs.readControl(fire.runUid);
  const deadLetter = { kind: 'fire', scheduleUid: uid, nominalAt: fire.nominalAt, revision: 1 } as const;
  await handle(eventOf(encodeMessage(deadLetter)));
  await handle(eventOf(encodeMessage({ kind: 'reconcile', scheduleUid: uid, dueAt: null })));
  expect(await harness.fires(uid)).toEqual([fire]);
  expect(await harness.ports.runs.readControl(fire.runUid)).toEqual(run);
});

test('a single time that was lost leaves its schedule COMPLETED, and says so', async () => {
  const { harness, handle } = createHandler();
  const at = START + 30 * 60_000;
  const { uid } = await harness.put({ cron: null, scheduleAt: at });
  harness.skipTo(at + 60_000);
  await handle(eventOf(encodeMessage({ kind: 'fire', scheduleUid: uid, nominalAt: at, revision: 1 })));
  expect(await harness.fires(uid)).toMatchObject([{ cause: 'once', outcome: 'MISSED', reason: 'LOST' }]);
  expect(await harness.read(uid)).toMatchObject({ status: 'COMPLETED' });
});
