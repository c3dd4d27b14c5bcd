import { endingsOf } from '../../../shared/domain/run.ts';
import { workspaceUid } from '../callers.ts';
import type { Received } from '../truth.ts';
import type { Aftermath } from './aftermath.ts';
import type { RestCheck } from './rest-checks.ts';

/** How long what is quick may take beside what hangs: the next pages and callbacks of a run, each some seconds at most. */
const CALLBACK_MS = 10_000;
const RUN_MS = 30_000;
/** Failures that spend a try. */
const TRIED = new Set(['retryable', 'retryable_at', 'throw', 'hang']);

/** What work that takes long may cost others, and what being cut may cost it, held once all is at rest. */
export const SEAT_CHECKS: readonly RestCheck[] = [
  {
    name: 'seatsAreGivenBack',
    proves: 'Without faults, nobody has a seat once all is at rest.',
    check: ({ records, isCalm }) =>
      isCalm ? records.seats().map(({ worker, workspaceUid: uid }) => `${worker} keeps a seat of ${uid}`) : [],
  },
  {
    name: 'hostsAreNotOverrun',
    proves: 'A worker makes at most five posts at once to one host of a workspace.',
    check: ({ truth }) => truth.overrun,
  },
  {
    name: 'whatHangsHoldsUpNobody',
    proves: 'Without faults, runs and callbacks of a workspace where all is quick do not wait for others that hang.',
    check: (aftermath) => (aftermath.isCalm ? [...lateRuns(aftermath), ...lateCallbacks(aftermath)] : []),
  },
  {
    name: 'putOffIsOnRecord',
    proves: 'A callback that was put off for want of a seat has a record from then on.',
    check: ({ records, runs, traffic }) => {
      const rows = runs.flatMap(({ control }) => records.callbacks(control.uid, control.inputsTotal));
      const known = new Set(rows.map(({ uid }) => uid));
      return traffic
        .messagesOf('callback')
        .flatMap((message) =>
          message.kind === 'callback' && message.slow === true && !known.has(message.uid)
            ? [`callback ${message.uid} was put off and has no record`]
            : [],
        );
    },
  },
  {
    name: 'cutPostsSpendNothing',
    proves:
      'Without faults, a callback that its receiver would take is taken by the first attempt, and cut at most once before that.',
    check: (aftermath) => (aftermath.isCalm ? spentByCuts(aftermath) : []),
  },
  {
    name: 'cutPagesSpendNothing',
    proves:
      'Without faults, a page is cut at most once in an attempt of its run, and has no more tries than calls that failed.',
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
    return [`run ${control.uid}, in which all is quick, took ${tookMs} ms`];
  });
}

function lateCallbacks({ truth, posts }: Aftermath): readonly string[] {
  const { hanging } = truth;
  if (hanging === null) return [];
  return [...posts].flatMap(([id, [first]]) => {
    if (first === undefined || hanging.includes(first.workspace)) return [];
    const lateMs = first.at - Date.parse(first.told.occurred_at);
    return lateMs > CALLBACK_MS ? [`callback ${id} was sent ${lateMs} ms after what it tells of`] : [];
  });
}

function spentByCuts({ records, truth, runs, posts, traffic }: Aftermath): readonly string[] {
  // Where a receiver was away, what was held for it has spent its first attempt.
  const unwell = new Set(truth.posts.filter((post) => !isTaken(post)).map(({ workspace }) => workspaceUid(workspace)));
  // First attempts that were sent, not sent on: each is made once, by whoever sends it.
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
      if (spent !== undefined) return [`callback ${spent.uid} is at retry ${spent.retryCount}, its receiver took it`];
      const uids = new Set([id, ...own.map(({ uid }) => uid)]); // a page's first has no record while all is well
      const most = uids.values().reduce((sum, uid) => sum + (sent.get(uid)?.length ?? 0), 0);
      const cuts = attempts.filter(({ isCut }) => isCut).length;
      return Math.max(cuts, attempts.length - cuts) > most
        ? [`${id} was posted ${attempts.length} times and cut ${cuts} times, each should be ${most} at most`]
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
      const broken = last.tries > failed ? [`has ${last.tries} tries, ${failed} calls failed`] : [];
      const most = Math.max(
        0,
        ...pages.map(({ pageRecord: { page } }) => cuts.get(`${control.uid} ${index} ${page}`)?.length ?? 0),
      );
      if (most > 1) broken.push(`had a page cut ${most} times`);
      return broken.map((what) => `input ${index} of ${control.uid} ${what}`);
    }),
  );
}
