import { isNotification, readUid } from '../../../shared/domain/ids.ts';
import { endingsOf } from '../../../shared/domain/run.ts';
import { workspaceUid } from '../callers.ts';
import type { Received } from '../truth.ts';
import type { Aftermath } from './aftermath.ts';
import type { RestCheck } from './aftermath.ts';

/** How long quick callbacks and runs may take beside slow ones. */
const CALLBACK_MS = 10_000;
const RUN_MS = 30_000;
/** Failures that use up a try. */
const TRIED = new Set(['retryable', 'retryable_at', 'throw', 'hang']);

/** What slow work may cost other workspaces, and what being cut off may cost it, checked once all is at rest. */
export const SEAT_CHECKS: readonly RestCheck[] = [
  {
    name: 'seatsAreGivenBack',
    proves: 'Without faults, no seat is taken once all is at rest.',
    check: ({ records, isCalm }) =>
      isCalm
        ? records
            .seats()
            .map(({ worker, workspaceUid: uid }) => `worker ${worker} still has a seat of workspace ${uid}`)
        : [],
  },
  {
    name: 'hostsAreNotOverrun',
    proves: 'A worker makes at most five posts at once to one host of a workspace.',
    check: ({ truth }) => truth.overrun,
  },
  {
    name: 'whatHangsHoldsUpNobody',
    proves:
      'Without faults, runs and callbacks of a workspace that is quick do not wait for other workspaces that hang.',
    check: (aftermath) => (aftermath.isCalm ? [...lateRuns(aftermath), ...lateCallbacks(aftermath)] : []),
  },
  {
    name: 'putOffIsOnRecord',
    proves: 'A callback that was put off because no seat was free has a record from then on.',
    check: ({ records, runs, traffic }) => {
      const rows = runs.flatMap(({ control }) => records.callbacks(control.uid, control.inputsTotal));
      const known = new Set(rows.map(({ uid }) => uid));
      const isExcused = (uid: string): boolean => {
        const about = readUid(uid);
        // A notification has a record from the start.
        return about !== null && (isNotification(about) || records.isDeleted(about.runUid));
      };
      return traffic
        .messagesOf('callback')
        .flatMap((message) =>
          message.kind === 'callback' && message.slow === true && !known.has(message.uid) && !isExcused(message.uid)
            ? [`callback ${message.uid} was put off, but has no record`]
            : [],
        );
    },
  },
  {
    name: 'cutPostsSpendNothing',
    proves:
      'Without faults, a callback that its receiver accepts is delivered by its first attempt, and was cut off at most once before that.',
    check: (aftermath) => (aftermath.isCalm ? spentByCuts(aftermath) : []),
  },
  {
    name: 'cutPagesSpendNothing',
    proves:
      'Without faults, a page is cut off at most once in an attempt of its run, and has no more tries than failed calls.',
    check: (aftermath) => (aftermath.isCalm ? triedByCuts(aftermath) : []),
  },
];

function lateRuns({ truth, runs }: Aftermath): readonly string[] {
  const { hanging } = truth;
  if (hanging === null) return [];
  const slow = new Set(hanging.map(workspaceUid));
  return runs.flatMap(({ control, definition }) => {
    const tookMs = (control.finishedAt ?? Infinity) - control.createdAt;
    if (slow.has(definition.workspaceUid) || tookMs <= RUN_MS) return [];
    return [`run ${control.uid} of a quick workspace took ${tookMs} ms; at most ${RUN_MS} are allowed`];
  });
}

function lateCallbacks({ truth, posts }: Aftermath): readonly string[] {
  const { hanging } = truth;
  if (hanging === null) return [];
  return [...posts].flatMap(([id, [first]]) => {
    if (first === undefined || hanging.includes(first.workspace)) return [];
    const lateMs = first.at - Date.parse(first.told.occurred_at);
    return lateMs > CALLBACK_MS ? [`callback ${id} was posted ${lateMs} ms after its occurred_at`] : [];
  });
}

function spentByCuts({ records, truth, runs, posts, traffic }: Aftermath): readonly string[] {
  // Callbacks deferred for a receiver that was away have used up their first attempt.
  const unwell = new Set(truth.posts.filter((post) => !isTaken(post)).map(({ workspace }) => workspaceUid(workspace)));
  // First attempts that were sent, not put off and sent again: each is sent once.
  const sent = Map.groupBy(
    traffic
      .messages()
      .flatMap((message) =>
        message.kind === 'callback' && message.attempt === 0 && message.slow !== true ? [message.uid] : [],
      ),
    (uid) => uid,
  );
  return runs.flatMap(({ control, definition }) => {
    if (unwell.has(definition.workspaceUid)) return [];
    const rows = Map.groupBy(records.callbacks(control.uid, control.inputsTotal), ({ refUid }) => refUid);
    return [...rows].flatMap(([id, own]) => {
      const attempts = posts.get(id) ?? [];
      const spent = own.find(({ retryCount }) => retryCount > 0);
      if (spent !== undefined)
        return [`callback ${spent.uid} is at retry ${spent.retryCount}, though its receiver accepts everything`];
      const uids = new Set([id, ...own.map(({ uid }) => uid)]); // a page's callback has no record while all is well
      const most = uids.values().reduce((sum, uid) => sum + (sent.get(uid)?.length ?? 0), 0);
      const cuts = attempts.filter(({ isCut }) => isCut).length;
      return Math.max(cuts, attempts.length - cuts) > most
        ? [
            `callback ${id} was posted ${attempts.length} times and cut off ${cuts} times; at most ${most} of each are allowed`,
          ]
        : [];
    });
  });
}

function isTaken({ status }: Received): boolean {
  return status !== null && status >= 200 && status < 300;
}

function triedByCuts({ truth, runs }: Aftermath): readonly string[] {
  const cuts = Map.groupBy(
    truth.pages.filter(({ isCut }) => isCut),
    ({ runUid, input, page }) => `${runUid} ${input} ${page}`,
  );
  return runs.flatMap(({ control, inputs }) =>
    inputs.flatMap(({ index, pages, given }) => {
      const last = pages.at(-1)?.pageRecord;
      if (last === undefined || endingsOf(control) > 1 || control.status === 'STOPPED') return [];
      const failed = given.filter(({ kind }) => TRIED.has(kind)).length;
      const broken = last.tries > failed ? [`has ${last.tries} tries, but only ${failed} calls failed`] : [];
      const most = Math.max(
        0,
        ...pages.map(({ pageRecord: { page } }) => cuts.get(`${control.uid} ${index} ${page}`)?.length ?? 0),
      );
      if (most > 1) broken.push(`had a page cut off ${most} times`);
      return broken.map((what) => `input ${index} of run ${control.uid} ${what}`);
    }),
  );
}
