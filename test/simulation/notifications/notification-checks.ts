import type { CallbackRecord } from '../../../shared/domain/callback.ts';
import { notificationUid } from '../../../shared/domain/notification.ts';
import { hostUid, receiverUid } from '../../../shared/domain/receiver.ts';
import { isHonestFailure } from '../checks/callback-checks.ts';
import { signatureFault } from '../checks/tenancy-checks.ts';
import { workspaceUid } from '../callers.ts';
import type { Letters } from '../dead-letters.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import {
  type Happened,
  type NotifiedPost,
  type QuotaRefusal,
  SETTING_HEADER,
  type ToldEvent,
} from './notification-truth.ts';
import type { NotificationWatch, NotifiedRecord, SettingSpan } from './notification-watch.ts';
import type { NotificationWorkload } from './notification-workload.ts';

/** All that checks of notifications need of a history once it is at rest. */
export interface NotificationAftermath {
  readonly watch: NotificationWatch;
  readonly workload: NotificationWorkload;
  readonly truth: Truth;
  readonly records: Records;
  readonly letters: Letters;
  readonly quotaRefusals: readonly QuotaRefusal[];
  /** Pages that waited for the end of a day (UTC), by their workspace. */
  readonly waits: readonly { readonly workspace: number; readonly day: string }[];
  /** No fault was on. */
  readonly isCalm: boolean;
  /** How far clocks may be apart. */
  readonly skewMs: number;
}

interface NotificationCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: NotificationAftermath) => readonly string[];
}

/** By shared/api/README.md only events after the setting are told; clocks may be so far apart. */
const CLOCKS_APART_MS = 60_000;
/** Without faults: how soon a notification is posted, and one that is left to the next sweep. */
const SOON_MS = 20_000;
const BY_THE_NEXT_SWEEP_MS = 150_000;

export const NOTIFICATION_CHECKS: readonly NotificationCheck[] = [
  {
    name: 'notificationsAreOfEvents',
    proves:
      'A notification is of something that happened, in the workspace that it is told to, and says what that was.',
    check: (aftermath) => {
      const { watch } = aftermath;
      const happened = eventsOf(aftermath);
      return originals(watch).flatMap(({ record }) => {
        const event = happened.get(record.uid);
        const at = `notification ${record.uid} (${record.type})`;
        if (event === undefined) return [`${at} is of nothing that happened: ${JSON.stringify(record.payload)}`];
        if (event.workspaceUid !== record.workspaceUid) return [`${at} is of another workspace`];
        return isAbout(record, event) ? [] : [`${at} speaks of another event: ${JSON.stringify(record.payload)}`];
      });
    },
  },
  {
    name: 'eventsAreNotified',
    proves: 'Each event is noted that the workspace asks to be told of, from when it happened on.',
    check: (aftermath) =>
      [...eventsOf(aftermath)].flatMap(([uid, event]) => {
        const { watch, records } = aftermath;
        const [runUid = ''] = event.name.split(' ');
        const isDeleted = event.type.startsWith('run.') && records.isDeleted(runUid);
        if (!event.isSure || watch.records.has(uid) || isDeleted) return [];
        const spans = watch.settingsBetween(event.workspaceUid, event.againAt ?? event.seenAt, Infinity);
        const isOwed = spans.every((span) => isWanted(span, event));
        return isOwed ? [`${event.type} of ${event.name} was never noted`] : [];
      }),
  },
  {
    name: 'onlyWhatIsWantedIsNoted',
    proves:
      'A notification is noted only where the workspace asks for its type, and did when it happened; never to the receiver that it is about.',
    check: (aftermath) => {
      const { watch, skewMs } = aftermath;
      const happened = eventsOf(aftermath);
      return originals(watch).flatMap(({ record, createdAt }) => {
        const event = happened.get(record.uid);
        if (event === undefined) return [];
        // A receiver comes back, and a quota is reached, at a time of which the record alone tells.
        const isOnce = event.type !== 'receiver.back' && event.againAt === undefined;
        const happenedAt = isOnce ? event.seenAt : createdAt;
        const spans = watch.settingsBetween(record.workspaceUid, Math.min(event.seenAt, createdAt), createdAt);
        const isRight = spans.some((span) => {
          const since = span.since.get(event.type) ?? Infinity;
          return isWanted(span, event) && happenedAt >= since - CLOCKS_APART_MS - skewMs;
        });
        return isRight ? [] : [`notification ${record.uid} (${record.type}) was noted, and nobody asked for it`];
      });
    },
  },
  {
    name: 'oneEventOneNotification',
    proves: 'One event is one notification, under one id; a quota is told once a UTC day.',
    check: ({ watch, truth }) => {
      const noted = originals(watch).map(({ record }) => ({ event: nameOfRecord(record), id: record.uid }));
      const posted = truth.notified.map(({ told, id }) => ({ event: nameOfTold(told), id }));
      return [noted, posted].flatMap((all) =>
        [...Map.groupBy(all, ({ event }) => event)].flatMap(([event, rows]) => {
          const ids = new Set(rows.map(({ id }) => id));
          return ids.size === 1 ? [] : [`${event} is told under ${ids.size} ids: ${[...ids].join(' ')}`];
        }),
      );
    },
  },
  {
    name: 'notificationsAreDelivered',
    proves:
      'Each notification was accepted by its receiver, or is FAILED for a reason that callbacks have, or because the notifications of its workspace were deleted.',
    check: (aftermath) => [...aftermath.watch.records.values()].flatMap((noted) => undelivered(noted, aftermath)),
  },
  {
    name: 'notificationsGoWhereTheyAreSet',
    proves:
      'A notification is posted, with the headers and signature of its workspace, only to the URL that was set while its worker was at work.',
    check: ({ watch, truth }) => truth.notified.flatMap((post) => strayNotification(watch, post)),
  },
  {
    name: 'oneNotificationOneBody',
    proves: 'All posts of one notification have the same bytes, and its id is in them.',
    check: ({ truth }) =>
      [...Map.groupBy(truth.notified, ({ id }) => id)].flatMap(([id, posts]) => {
        const bodies = new Set(posts.map(({ body }) => body));
        const isNamed = posts.every(({ told }) => told.callback_ref_uid === id);
        return bodies.size === 1 && isNamed ? [] : [`notification ${id} was posted as ${[...bodies].join(' and ')}`];
      }),
  },
  {
    name: 'notificationsComeSoon',
    proves: 'Without faults, and where all are well, a notification is posted at once; of a quota, by the next sweep.',
    check: (aftermath) => (aftermath.isCalm ? late(aftermath) : []),
  },
];

/** What happened, by the id of its notification. */
function eventsOf({
  watch,
  truth,
  workload,
  quotaRefusals,
  records,
  waits,
  isCalm,
}: NotificationAftermath): ReadonlyMap<string, Happened> {
  const receivers = receiverNames(truth);
  const found = new Map<string, Happened>();
  const add = (event: Happened, name: string): void => {
    const uid = notificationUid(event.workspaceUid, event.type, name);
    const { seenAt = event.seenAt } = found.get(uid) ?? {};
    found.set(uid, { ...event, name, seenAt });
  };
  for (const event of watch.happened.values()) {
    if (!event.type.startsWith('receiver.')) add(event, event.name);
    else {
      const [uid = '', since = ''] = event.name.split(' ');
      for (const name of receivers.get(uid) ?? []) add(event, `${name} ${since}`);
    }
  }
  for (const { workspace, quota, sentAt, at } of quotaRefusals) {
    const days = new Set([dayOf(sentAt), dayOf(at)]);
    // Around midnight either day may be told.
    for (const day of days) add(quotaEvent(workspace, sentAt, days.size === 1), `${quota} ${day}`);
  }
  // Who held a page back noted it before, on whichever day it was; on the first, perhaps before the first setting.
  for (const { workspace, day } of waits) {
    const event = quotaEvent(workspace, Date.parse(day), true);
    add({ ...event, seenAt: event.seenAt - 1 }, `pages_per_day ${day}`); // at some time of the day, or several
  }
  for (const { record, createdAt } of originals(watch)) {
    const { payload, workspaceUid: owner } = record;
    if (payload === null || !('quota' in payload) || found.has(record.uid)) continue;
    const { name } = payload.quota;
    const day = dayOf(payload.at);
    // Its worker may have died before it put the page off, and a caller who was refused may have been told nothing.
    const isReached =
      name === 'pages_per_day'
        ? workload.pagesPerDay !== null && records.pagesOfDay(owner, day) >= workload.pagesPerDay
        : workload.runsWaiting !== null && !isCalm;
    if (isReached) add(quotaEvent(Number(owner.at(-1)), createdAt, false), `${name} ${day}`);
  }
  return found;
}

function quotaEvent(workspace: number, seenAt: number, isSure: boolean): Happened {
  return { type: 'quota.reached', workspaceUid: workspaceUid(workspace), name: '', seenAt, againAt: seenAt, isSure };
}

/** How receivers and hosts are called in notifications, by what the table knows them by. */
function receiverNames({ asked }: Truth): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { workspace, url } of asked) {
    const uid = workspaceUid(workspace);
    names.set(receiverUid(uid, url), [`receiver ${withoutQuery(url)}`]);
    names.set(hostUid(uid, url), [`host ${new URL(url).origin}`]);
  }
  return names;
}

function originals({ records }: NotificationWatch): readonly NotifiedRecord[] {
  return [...records.values()].filter(({ record }) => record.parentUid === null);
}

/** Whether a setting asks for an event, and is not about the receiver that it would be told to. */
function isWanted({ url, since }: SettingSpan, { type, name }: Happened): boolean {
  if (url === null || !since.has(type)) return false;
  if (!type.startsWith('receiver.')) return true;
  const [kind, about] = name.split(' ');
  return about !== (kind === 'host' ? new URL(url).origin : withoutQuery(url));
}

function isAbout({ type, payload, runUid }: CallbackRecord, { name, type: happened }: Happened): boolean {
  if (payload === null || type !== happened || payload.type !== happened) return false;
  const [first, second] = name.split(' ');
  if ('run' in payload) return payload.run.uid === first && runUid === first && String(payload.run.attempt) === second;
  if ('fire' in payload) return payload.fire.uid === first;
  if ('receiver' in payload) return payload.receiver.isHost === (first === 'host') && payload.receiver.url === second;
  return 'quota' in payload && payload.quota.name === first;
}

function nameOfRecord({ type, workspaceUid: uid, payload }: CallbackRecord): string {
  const at = `${uid} ${type}`;
  if (payload === null || !('at' in payload)) return at;
  if ('run' in payload) return `${at} ${payload.run.uid} ${payload.run.attempt}`;
  if ('fire' in payload) return `${at} ${payload.fire.uid}`;
  if ('receiver' in payload)
    return `${at} ${payload.receiver.url} ${payload.receiver.isHost ? 'host' : ''} ${iso(payload.receiver.awaySince)}`;
  return 'quota' in payload ? `${at} ${payload.quota.name} ${dayOf(payload.at)}` : at;
}

function nameOfTold({ type, workspace_uid: uid, run, fire, receiver, quota, occurred_at: at }: ToldEvent): string {
  if (run !== undefined) return `${uid} ${type} ${run.run_uid} ${run.attempt}`;
  if (fire !== undefined) return `${uid} ${type} ${fire.uid}`;
  if (receiver !== undefined)
    return `${uid} ${type} ${receiver.url} ${receiver.is_host ? 'host' : ''} ${receiver.away_since}`;
  return `${uid} ${type} ${quota?.name ?? ''} ${at.slice(0, 10)}`;
}

function undelivered(
  { record, createdAt, writtenAt }: NotifiedRecord,
  { watch, truth, records, letters }: NotificationAftermath,
): readonly string[] {
  const { uid, refUid, status, workspaceUid: of, runUid } = record;
  if (runUid !== null && records.isDeleted(runUid)) return [];
  const posts = truth.notified.filter(({ id }) => id === refUid);
  const at = `notification ${uid} (${record.type})`;
  if (status === 'PENDING' || status === 'RUNNING') return [`${at} stays ${status}`];
  const wasTaken = posts.some((post) => post.status !== null && post.status >= 200 && post.status < 300);
  if (status === 'SUCCESS') return wasTaken ? [] : [`${at} is SUCCESS, but its receiver never answered 2xx`];
  const row = { ...record, errorLabel: record.error?.error_label ?? null };
  const wasWithdrawn =
    record.error === null && watch.settingsBetween(of, createdAt, writtenAt).some(({ url }) => url === null);
  if (wasWithdrawn || isHonestFailure(row, { posts, letters })) return [];
  return [`${at} FAILED at retry ${record.retryCount}; its receiver's last answer was ${record.httpStatus ?? 'none'}`];
}

function strayNotification(watch: NotificationWatch, post: NotifiedPost): readonly string[] {
  const { id, url, told, headers, begunAt, at, workspace } = post;
  const of = watch.records.get(id)?.record;
  const stray: string[] = [];
  const what = `notification ${id} (${told.type})`;
  if (of === undefined) stray.push(`${what} was posted without a record`);
  const owner = workspaceUid(workspace);
  if (told.workspace_uid !== owner || (of !== undefined && of.workspaceUid !== owner))
    stray.push(`${what} went to ${url}, which is of another workspace`);
  if (!watch.settingsBetween(owner, begunAt, at).some((span) => span.url === url))
    stray.push(`${what} went to ${url}, which was not set at that time`);
  if (headers[SETTING_HEADER] !== new URL(url).searchParams.get('set'))
    stray.push(`${what} went to ${url} with the headers of setting ${headers[SETTING_HEADER] ?? 'none'}`);
  const fault = signatureFault(post);
  return fault === null ? stray : [...stray, `${what} has a signature that does not verify: ${fault}`];
}

/** Without faults: events of workspaces that never change their notifications, posted too late to one that is well. */
function late(aftermath: NotificationAftermath): readonly string[] {
  const { watch, truth, workload } = aftermath;
  return [...eventsOf(aftermath)].flatMap(([uid, event]) => {
    const workspace = Number(event.workspaceUid.at(-1));
    const spans = watch.settingsBetween(event.workspaceUid, event.seenAt - CLOCKS_APART_MS, Infinity);
    const [only] = spans;
    const isOnce = event.againAt === undefined || event.againAt === event.seenAt;
    const isSteady = isOnce && spans.length === 1 && only !== undefined && isWanted(only, event);
    const isWell = workload.pagers[workspace] === 'well' && only?.url?.includes('pager') === true;
    if (!event.isSure || !isSteady || !isWell || event.type === 'receiver.back') return [];
    const first = truth.notified.find(({ id }) => id === uid)?.at ?? Infinity;
    const most = event.type === 'quota.reached' ? BY_THE_NEXT_SWEEP_MS : SOON_MS;
    return first - event.seenAt <= most ? [] : [`${event.type} of ${event.name} came ${first - event.seenAt} ms late`];
  });
}

function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url;
}

function dayOf(ms: number): string {
  return iso(ms).slice(0, 10);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
