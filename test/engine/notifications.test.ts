import { describe, expect, it } from 'vitest';
import { type NotificationType, NOTIFICATION_TYPES } from '../../shared/domain/notification.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { failFire } from '../../shared/engine/dead-letters/fail-fire.ts';
import { deleteRun } from '../../shared/engine/deletion/delete-run.ts';
import { concludeRun } from '../../shared/engine/runs/finish-run.ts';
import { deleteNotifications, putNotifications } from '../../shared/engine/notifications/settings.ts';
import type { Message } from '../../shared/engine/messages.ts';
import { fireSchedule } from '../../shared/engine/schedules/fire-schedule.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { createNotificationReader, createNotificationSettingStore } from '../../shared/storage/notification-store.ts';
import { createEngineHarness, type EngineHarness, type Posted, START } from '../support/engine-harness.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createSampleActions } from '../support/sample-actions.ts';
import { createScheduleHarness } from '../support/schedule-harness.ts';

const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
const NOTIFY = 'https://pager.example/notify';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TAKEN: CallbackAnswer = { kind: 'answered', status: 204, body: '', retryAfter: undefined };
const BROKEN: CallbackAnswer = { kind: 'answered', status: 500, body: '', retryAfter: undefined };
const FAILS = [{ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent' }];
const WORKS = [{ pages: 2, per_page: 1 }];

const { numberedPages } = createSampleActions();

async function setUp(
  harness: EngineHarness,
  wanted: { url?: string; on?: readonly NotificationType[]; headers?: Record<string, string> | null } = {},
) {
  const { url = NOTIFY, on = NOTIFICATION_TYPES, headers = {} } = wanted;
  const notifications = createNotificationSettingStore(harness.table);
  await putNotifications({ ...harness.ports, notifications }, WORKSPACE, { url, on, headers });
}

/** The notifications that were posted, each post one. */
function notified({ posted }: Pick<EngineHarness, 'posted'>) {
  return posted.filter(({ url }) => url.startsWith('https://pager.example')).map(bodyOf);
}

function bodyOf({ body }: Posted) {
  return JSON.parse(body);
}

/** Loses the next callback messages; gives those that are lost. */
function loseCallbacks({ ports }: EngineHarness, count: number): readonly Message[] {
  const lost: Message[] = [];
  const sender = { ...ports.messages };
  Object.assign(ports.messages, {
    send: async (message: Message, options: Parameters<typeof sender.send>[1]) => {
      if (message.kind !== 'callback' || lost.length >= count) return sender.send(message, options);
      lost.push(message);
    },
  });
  return lost;
}

/** Has the next read of a setting fail, as where its worker dies there. */
function failReadsOnce({ ports }: Pick<EngineHarness, 'ports'>): void {
  const before = { ...ports.notifications };
  Object.assign(ports.notifications, {
    readSetting: async () => {
      Object.assign(ports.notifications, before);
      throw new Error('the worker dies');
    },
  });
}

async function records(harness: EngineHarness) {
  const range = { order: 'ascending', after: null, limit: 100 } as const;
  return (await createNotificationReader(harness.table).listNotifications(WORKSPACE, range)).records;
}

describe('a run that fails', () => {
  it('is told once, whatever is repeated, and only who asked for it', async () => {
    const harness = createEngineHarness({ actions: [numberedPages] });
    const { definition: before } = await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + HOUR_MS);
    await setUp(harness, { on: ['run.failed'] });
    const { definition } = await harness.launch({ inputs: FAILS, name: 'nightly', tags: ['a'] });
    await harness.launch({ inputs: WORKS });
    await harness.runUntil(START + 2 * HOUR_MS);
    for (const run of [before, definition]) {
      const control = await harness.ports.runs.readControl(run.uid);
      if (control !== null) await concludeRun(harness.ports, control, run);
    }
    await harness.runUntil(START + 3 * HOUR_MS);
    expect(notified(harness)).toEqual([
      {
        type: 'run.failed',
        callback_ref_uid: expect.any(String),
        workspace_uid: WORKSPACE,
        run: {
          run_uid: definition.uid,
          name: 'nightly',
          status: 'FAILED',
          attempt: 1,
          action_name: 'numbered-pages',
          scheduled_run_uid: null,
          tags: ['a'],
        },
        error: expect.objectContaining({ error_label: 'ACTION_FAILED' }),
        occurred_at: expect.stringMatching(/Z$/),
      },
    ]);
    expect(await records(harness)).toMatchObject([{ status: 'SUCCESS', type: 'run.failed', runUid: definition.uid }]);
    expect(await listDueEntries(harness.ports.due, START + DAY_MS, 10)).toEqual([]);
  });

  it('at its deadline is told as that', async () => {
    const harness = createEngineHarness({ actions: [numberedPages] });
    await setUp(harness);
    const waits = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', until: START + 20_000 };
    const { definition } = await harness.launch({ inputs: [waits], deadlineSeconds: 60, callback: null });
    await harness.runUntil(START + 10_000);
    harness.loseQueued();
    await harness.runUntil(START + HOUR_MS);
    expect(notified(harness)).toMatchObject([
      { type: 'run.stopped_by_deadline', run: { run_uid: definition.uid, status: 'STOPPED' }, deadline_seconds: 60 },
    ]);
  });

  it('is told though the message was lost', async () => {
    const harness = createEngineHarness({ actions: [numberedPages] });
    await setUp(harness);
    const lost = loseCallbacks(harness, 1);
    await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + HOUR_MS);
    expect(lost).toHaveLength(1);
    expect(notified(harness)).toHaveLength(1);
  });

  it('is told by the sweep where its worker died before it could note it, also without a callback', async () => {
    const harness = createEngineHarness({ actions: [numberedPages], redelivers: true });
    await setUp(harness);
    failReadsOnce(harness);
    await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + 1_000);
    harness.loseQueued(); // the redelivery too
    await harness.runUntil(START + HOUR_MS);
    expect(notified(harness).map(({ type }) => type)).toEqual(['run.failed']);
  });

  it('leaves no notification when it is deleted', async () => {
    const harness = createEngineHarness({ actions: [numberedPages] });
    await setUp(harness, { headers: { 'x-token': 'hush' } });
    const { definition } = await harness.launch({ inputs: FAILS, name: 'canary-7f3a' });
    await harness.runUntil(START + HOUR_MS);
    const [record] = await records(harness);
    if (record === undefined) throw new Error('The run was not told.');
    await replayCallback(harness.ports, record, Buffer.from('a seed'));
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(harness.posted.filter(({ url }) => url === NOTIFY)).toHaveLength(2);
    await deleteRun(harness.ports, definition);
    await harness.runUntil(START + 4 * HOUR_MS);
    expect(await records(harness)).toEqual([]);
    const { items } = await harness.everything();
    expect(JSON.stringify(items)).not.toContain('canary-7f3a');
  });
});

it('a workspace without notifications costs no read of them for runs that succeed', async () => {
  const harness = createEngineHarness({ actions: [numberedPages] });
  let reads = 0;
  Object.assign(harness.ports.notifications, {
    readSetting: async () => {
      reads += 1;
      return null;
    },
  });
  await harness.launch({ inputs: WORKS });
  await harness.runUntil(START + HOUR_MS);
  expect(harness.posted).toHaveLength(3);
  expect(reads).toBe(0);
});

describe('a receiver', () => {
  it('is told to be away, though its worker dies just before it notes that', async () => {
    const answer = ({ url }: Posted) => (url.includes('pager') ? TAKEN : BROKEN);
    const harness = createEngineHarness({ actions: [numberedPages], answer, redelivers: true });
    await setUp(harness, { on: ['receiver.away'] });
    failReadsOnce(harness);
    await harness.launch({ inputs: Array.from({ length: 8 }, () => ({ pages: 1, per_page: 1 })) });
    await harness.runUntil(START + HOUR_MS);
    expect(notified(harness).map(({ type }) => type)).toEqual(['receiver.away']);
  });

  it('that is away and comes back is told once each', async () => {
    const backAt = START + 3 * HOUR_MS;
    let isAway = false;
    const answer = ({ url, at }: Posted) => (url.includes('pager') || (at >= backAt && !isAway) ? TAKEN : BROKEN);
    const harness = createEngineHarness({ actions: [numberedPages], answer });
    await setUp(harness);
    const callback = { url: 'https://receiver.example/hook?run=1', headers: {}, on: 'all' } as const;
    await harness.launch({ inputs: Array.from({ length: 8 }, () => ({ pages: 1, per_page: 1 })), callback });
    await harness.runUntil(START + DAY_MS);
    const url = 'https://receiver.example/hook';
    const told = notified(harness);
    expect(told.map(({ type, receiver }) => [type, receiver])).toEqual([
      ['receiver.away', { url, is_host: false, away_since: told[0].occurred_at }],
      ['receiver.back', { url, is_host: false, away_since: told[0].occurred_at }],
    ]);
    expect(Date.parse(told[1].occurred_at)).toBeGreaterThanOrEqual(backAt);
    isAway = true;
    await harness.launch({ inputs: Array.from({ length: 8 }, () => ({ pages: 1, per_page: 1 })), callback });
    await harness.runUntil(START + DAY_MS + HOUR_MS);
    expect(notified(harness).map(({ type }) => type)).toEqual(['receiver.away', 'receiver.back', 'receiver.away']);
  });

  it('is not told of itself, and gets what waited once it is back', async () => {
    const backAt = START + 2 * HOUR_MS;
    const harness = createEngineHarness({
      actions: [numberedPages],
      answer: ({ at }) => (at >= backAt ? TAKEN : { kind: 'failed', message: 'timed out' }),
    });
    await setUp(harness);
    for (let n = 0; n < 8; n += 1) await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(backAt);
    loseCallbacks(harness, 5); // some of those that are sent on
    await harness.runUntil(START + DAY_MS);
    const byId = new Map(
      harness.posted.filter(({ at }) => at >= backAt).map((post) => [bodyOf(post).callback_ref_uid, post]),
    );
    expect([...byId.values()].map((post) => bodyOf(post).type)).toEqual(Array.from({ length: 8 }, () => 'run.failed'));
    expect(await records(harness)).toHaveLength(8);
    expect((await records(harness)).every(({ status }) => status === 'SUCCESS')).toBe(true);
  });
});

describe('a change while one is pending', () => {
  async function pending() {
    const harness = createEngineHarness({
      actions: [numberedPages],
      answer: ({ url }) => (url === NOTIFY ? BROKEN : TAKEN),
    });
    await setUp(harness, { headers: { 'x-token': 'old' } });
    await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + 2 * MINUTE_MS);
    expect(harness.posted.length).toBeGreaterThan(0);
    return harness;
  }

  it('sends it to the new URL with the new headers, as the same notification', async () => {
    const harness = await pending();
    const before = harness.posted[0]?.body;
    await setUp(harness, { url: 'https://pager.example/other', headers: { 'x-token': 'new' }, on: ['quota.reached'] });
    await harness.runUntil(START + HOUR_MS);
    const last = harness.posted.at(-1);
    expect(last).toMatchObject({ url: 'https://pager.example/other', body: before, headers: { 'x-token': 'new' } });
    const url = 'https://pager.example/other';
    expect(await records(harness)).toMatchObject([{ status: 'SUCCESS', url, attempts: expect.anything() }]);
  });

  it('sends what happened before it and was noted after it', async () => {
    const harness = createEngineHarness({ actions: [numberedPages], redelivers: true });
    await setUp(harness, { on: ['run.failed'] });
    failReadsOnce(harness);
    await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + 1_000);
    harness.loseQueued();
    harness.skipTo(START + 90_000);
    await setUp(harness, { url: 'https://pager.example/other' });
    await harness.runUntil(START + HOUR_MS);
    expect(harness.posted).toMatchObject([{ url: 'https://pager.example/other' }]);
    expect(notified(harness).map(({ type }) => type)).toEqual(['run.failed']);
  });

  it.each([
    ['of the same URL stay where none are given', NOTIFY, null, 'old'],
    ['go to no other URL', 'https://pager.example/other', null, undefined],
    ['are none where an empty object is given', NOTIFY, {}, undefined],
  ])('headers %s', async (_, url, headers, sent) => {
    const harness = await pending();
    await setUp(harness, { url, headers });
    await harness.runUntil(START + HOUR_MS);
    const last = harness.posted.at(-1);
    expect([last?.url, last?.headers['x-token']]).toEqual([url, sent]);
  });

  it('makes no further attempt once the notifications are deleted', async () => {
    const harness = await pending();
    await deleteNotifications({ notifications: createNotificationSettingStore(harness.table) }, WORKSPACE);
    const { length } = harness.posted;
    await harness.launch({ inputs: FAILS, callback: null });
    await harness.runUntil(START + 7 * DAY_MS);
    expect(harness.posted).toHaveLength(length);
    expect(await records(harness)).toMatchObject([{ status: 'FAILED', error: null, nextAttemptAt: null }]);
  });
});

describe('a schedule', () => {
  it('that misses times tells each', async () => {
    const harness = createScheduleHarness({ actions: [numberedPages], input: WORKS[0] ?? {} });
    await setUp(harness);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
    await harness.turnTo(START + 11 * MINUTE_MS);
    harness.skipTo(START + 35 * MINUTE_MS);
    await harness.turnTo(START + 50 * MINUTE_MS);
    const missed = (await harness.fires(uid)).filter(({ outcome }) => outcome === 'MISSED');
    expect(missed.length).toBeGreaterThan(0);
    expect(
      notified(harness)
        .map(({ type, fire }) => `${type} ${fire.uid} ${fire.reason.code}`)
        .toSorted(),
    ).toEqual(missed.map(({ uid: fire, reason }) => `schedule.missed ${fire} ${reason}`).toSorted());
  });

  it('tells a missed time whose decision was carried out and reported as failed', async () => {
    const harness = createScheduleHarness({ actions: [numberedPages], input: WORKS[0] ?? {} });
    await setUp(harness);
    const { uid: scheduleUid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, catchUpSeconds: 0 });
    harness.skipTo(START + HOUR_MS + 30 * MINUTE_MS);
    const { schedules } = harness.ports;
    const recordFire: typeof schedules.recordFire = async (...decided) => {
      await schedules.recordFire(...decided);
      return schedules.recordFire(...decided); // as the SDK repeats it
    };
    const ports = { ...harness.ports, schedules: { ...schedules, recordFire } };
    await fireSchedule(ports, { kind: 'fire', scheduleUid, nominalAt: START + HOUR_MS, revision: null });
    await harness.runUntil(harness.now() + MINUTE_MS);
    expect(notified(harness).map(({ type }) => type)).toEqual(['schedule.missed']);
  });

  it('tells a missed time though its worker died before it could note it, or its message was a dead letter', async () => {
    const harness = createScheduleHarness({ actions: [numberedPages], input: WORKS[0] ?? {} });
    await setUp(harness);
    const { uid: scheduleUid } = await harness.put({ cron: '0 * * * *', scheduleAt: null, catchUpSeconds: 0 });
    const fireAt = (hours: number) =>
      ({ kind: 'fire', scheduleUid, nominalAt: START + hours * HOUR_MS, revision: null }) as const;
    harness.skipTo(START + HOUR_MS + 30 * MINUTE_MS);
    failReadsOnce(harness);
    await expect(fireSchedule(harness.ports, fireAt(1))).rejects.toThrow('the worker dies');
    harness.skipTo(harness.now() + 6 * MINUTE_MS);
    await fireSchedule(harness.ports, fireAt(1));
    harness.skipTo(START + 2 * HOUR_MS + 1_000);
    const deadLetter = { messageId: 'm', by: 'me', queue: 'dead-letters', isUndelivered: false };
    expect(await failFire(harness.ports, fireAt(2), deadLetter)).toBe('FIRE_MISSED');
    const told = (await records(harness)).map(({ payload }) => payload);
    expect(told).toMatchObject([
      { type: 'schedule.missed', fire: { nominalAt: START + HOUR_MS, reason: 'TOO_LATE' } },
      { type: 'schedule.missed', fire: { nominalAt: START + 2 * HOUR_MS, reason: 'LOST' } },
    ]);
  });

  it('that skips tells the third skip in a row, not those before and after it', async () => {
    const slow = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', until: START + 30 * DAY_MS };
    const harness = createScheduleHarness({ actions: [numberedPages], input: slow });
    await setUp(harness);
    const { uid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null, name: 'often' });
    await harness.turnTo(START + 65 * MINUTE_MS);
    const skipped = (await harness.fires(uid)).filter(({ outcome }) => outcome === 'SKIPPED');
    expect(skipped).toHaveLength(5);
    expect(notified(harness)).toMatchObject([
      {
        type: 'schedule.skipped',
        schedule: { scheduled_run_uid: uid, name: 'often', action_name: 'numbered-pages' },
        fire: { uid: skipped[2]?.uid, outcome: 'SKIPPED', reason: { code: 'OVERLAP' } },
      },
    ]);
  });
});

it('a third skip that is noted late is told, however many follow it', async () => {
  const slow = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', until: START + 30 * DAY_MS };
  const harness = createScheduleHarness({ actions: [numberedPages], input: slow });
  await setUp(harness);
  const { uid: scheduleUid } = await harness.put({ cron: '*/10 * * * *', scheduleAt: null });
  await harness.turnTo(START + 35 * MINUTE_MS);
  const fireAt = async (minutes: number) => {
    harness.skipTo(Math.max(harness.now(), START + minutes * MINUTE_MS + 1_000));
    const nominalAt = START + minutes * MINUTE_MS;
    await fireSchedule(harness.ports, { kind: 'fire', scheduleUid, nominalAt, revision: null });
  };
  failReadsOnce(harness);
  await expect(fireAt(40)).rejects.toThrow('the worker dies');
  for (let minutes = 50; minutes <= 200; minutes += 10) await fireAt(minutes);
  await fireAt(40);
  const skipped = (await records(harness)).map(({ payload }) => payload);
  expect(skipped).toMatchObject([{ type: 'schedule.skipped', fire: { nominalAt: START + 40 * MINUTE_MS } }]);
});

it('a quota that is reached is told once a day, by the next sweep', async () => {
  const harness = createEngineHarness({ actions: [numberedPages], quotas: { runsWaiting: 1 } });
  await setUp(harness);
  const later = () => harness.launch({ inputs: WORKS, scheduleAt: START + 9 * DAY_MS });
  await later();
  for (let n = 0; n < 3; n += 1) {
    await expect(later()).rejects.toThrow('runs_waiting');
    harness.skipTo(harness.now() + 1_000);
  }
  await harness.runUntil(START + 2 * MINUTE_MS);
  expect(notified(harness)).toMatchObject([{ quota: { name: 'runs_waiting', limit: 1, resets_at: null } }]);
  expect(await records(harness)).toMatchObject([{ retryCount: 0, attempts: [{ attempt: 0 }] }]);
  harness.skipTo(START + DAY_MS);
  await expect(later()).rejects.toThrow('runs_waiting');
  await harness.runUntil(START + DAY_MS + 2 * MINUTE_MS);
  expect(notified(harness)).toHaveLength(2);
});
