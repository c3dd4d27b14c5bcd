import { isDeepStrictEqual } from 'node:util';
import { createKeyring } from '../../shared/adapters/aws/keyring.ts';
import { verifyWebhook } from '../../shared/client/verify-webhook.ts';
import { readUid } from '../../shared/domain/ids.ts';
import { CALLBACK_ATTEMPTS } from '../../shared/domain/retry.ts';
import { hasEnded, type RunControl } from '../../shared/domain/run.ts';
import { workspaceUid } from './callers.ts';
import { MASTER_SECRET } from './deployment.ts';
import { expectedCallbacks, type RunTruth } from './run-truth.ts';
import type { Records } from './records.ts';
import type { Received, Truth } from './truth.ts';
import type { Workload } from './workload.ts';
import { expectedEnd } from './expected-end.ts';

/** What a history left behind. */
export interface Aftermath {
  readonly records: Records;
  readonly truth: Truth;
  readonly workload: Workload;
  /** Async runs with what really became of their inputs. */
  readonly runs: readonly RunTruth[];
  /** No fault was on. */
  readonly isCalm: boolean;
  /** Faults were on by which a write may arrive long after its function's time. */
  readonly isLate: boolean;
}

/** A promise that holds once all is at rest: what is wrong, a line each. */
export interface RestCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: Aftermath) => readonly string[];
}

export const REST_CHECKS: readonly RestCheck[] = [
  {
    name: 'acceptedRunsExist',
    proves: 'A 202 means that the run exists, in the workspace of its caller; in calm, every launch is answered.',
    check: ({ records, truth, isCalm }) =>
      truth.launches.flatMap(({ answer, workspace }) => {
        if (answer === null || answer.status !== 202) {
          return isCalm ? [`a launch was answered ${answer?.status ?? 'not at all'} ${answer?.label ?? ''}`] : [];
        }
        const definition = answer.runUid === null ? null : records.definition(answer.runUid);
        if (definition === null) return [`run ${answer.runUid ?? '?'} was accepted and does not exist`];
        return definition.workspaceUid === workspaceUid(workspace) ? [] : [`run ${definition.uid} is another's`];
      }),
  },
  {
    name: 'runsEnd',
    proves: 'Every run ends.',
    check: ({ records }) =>
      controls(records).flatMap(({ uid, status }) => (hasEnded(status) ? [] : [`run ${uid} stays ${status}`])),
  },
  {
    name: 'nothingIsLeftBehind',
    proves: 'No slot is held and nobody waits in line once every run has ended.',
    check: ({ records }) => records.leftovers(),
  },
  {
    name: 'pagesAreWhatTheActionGave',
    proves:
      'Each input has its pages from 0 on without a gap, each exactly what one call of the action gave, asked for with the cursor of the page before.',
    check: ({ runs }) => runs.flatMap(brokenPages),
  },
  {
    name: 'failuresAreEarned',
    proves: 'An input fails only for what its action (or a crash loop) did, and after as many tries as it has.',
    check: ({ runs, isCalm }) => runs.flatMap((run) => unearnedFailures(run, isCalm)),
  },
  {
    name: 'calmEndsAreExact',
    proves:
      'Without faults, each input ends as its script says and each page is asked for as often as its script says.',
    check: ({ runs, isCalm }) => (isCalm ? runs.flatMap(inexactEnds) : []),
  },
  {
    name: 'totalsAreTheTruth',
    proves: 'Status and totals of an ended run are those of its inputs.',
    check: ({ runs }) => runs.flatMap(wrongTotals),
  },
  {
    name: 'callbacksAreDelivered',
    proves:
      'Every callback was answered 2xx by its receiver, or its record says FAILED; none is sent that was not called for.',
    check: ({ records, truth, runs }) => {
      return [...runs.flatMap((run) => undelivered(run, records, truth)), ...uncalledFor(runs, truth)];
    },
  },
  {
    name: 'failedCallbacksAreHonest',
    proves: 'A record says FAILED only where the receiver said 410 or every attempt was spent.',
    check: ({ records, truth, runs }) =>
      runs.flatMap(({ control }) =>
        records.callbacks(control.uid, control.inputsTotal).flatMap(({ uid, status, retryCount, httpStatus }) => {
          if (status !== 'FAILED' || retryCount === CALLBACK_ATTEMPTS - 1) return [];
          if (httpStatus === 410 && postsOf(truth, uid).some((post) => post.status === 410)) return [];
          return [`callback ${uid} FAILED at retry ${retryCount}, the receiver having said ${httpStatus ?? 'nothing'}`];
        }),
      ),
  },
  {
    name: 'sameIdSameBytes',
    proves: 'All attempts of one callback carry the same bytes, and the id they carry is the id they speak of.',
    check: ({ truth }) => {
      const bodies = new Map<string, string>();
      return truth.posts.flatMap(({ headers, body }) => {
        const id = headers['webhook-id'] ?? '';
        const before = bodies.get(id) ?? body;
        bodies.set(id, body);
        if (before !== body) return [`${id} came with other bytes: ${before} and ${body}`];
        return told(body).callback_ref_uid === id ? [] : [`${id} speaks of ${told(body).callback_ref_uid}`];
      });
    },
  },
  {
    name: 'oneFinishedPerEnding',
    proves: 'Each ending of a run is told by exactly one run.finished, which says its status and counts the truth.',
    check: ({ truth, runs, isLate }) => runs.flatMap((run) => wrongFinishes(run, truth, isLate)),
  },
  {
    name: 'attemptsStayWithinTheSchedule',
    proves:
      'A callback is posted at most as often as its first attempt was handed to a worker, and once for each retry of the schedule.',
    check: ({ truth }) => {
      const counts = new Map<string, number>();
      for (const { headers } of truth.posts) {
        const id = headers['webhook-id'] ?? '';
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return [...counts].flatMap(([id, count]) => {
        const most = (truth.firstAttempts.get(id) ?? 0) + CALLBACK_ATTEMPTS - 1;
        return count > most ? [`${id} was posted ${count} times, at most ${most} may be`] : [];
      });
    },
  },
  {
    name: 'nothingCrossesWorkspaces',
    proves: 'A receiver gets only what belongs to its workspace and run, signed with the secret of its workspace.',
    check: ({ records, truth, runs }) => [
      ...truth.posts.flatMap((post) => strayPost(records, post)),
      ...truth.posts.flatMap((post) => strayInput(runs, post)),
    ],
  },
  {
    name: 'nothingStartsOnceStopped',
    proves: 'Once a run has stopped and its pages in flight have landed, no page of it starts.',
    check: ({ truth, runs, isLate }) =>
      runs.flatMap(({ control }) => {
        if (control.status !== 'STOPPED' || isLate) return [];
        const late = truth.pages.filter(
          ({ runUid, at }) => runUid === control.uid && at > (control.finishedAt ?? 0) + 70_000,
        );
        return late.map(({ input, page }) => `page ${page} of input ${input} of ${control.uid} ran after its stop`);
      }),
  },
  {
    name: 'verbsAreAnsweredTruly',
    proves: 'A verb answered 200 did what it says; in calm every verb is answered, by 200 or 409.',
    check: ({ truth, isCalm }) =>
      truth.verbs.flatMap(({ verb, answer, runUid }) => {
        const at = `${verb} of ${runUid} was answered ${answer?.status ?? 'not at all'} ${answer?.runStatus ?? ''}`;
        if (isCalm && answer?.status !== 200 && answer?.status !== 409) return [at];
        if (answer?.status !== 200) return [];
        return (answer.runStatus === 'STOPPED') === (verb === 'cancel') ? [] : [at];
      }),
  },
  {
    name: 'liveAnswersAreRecorded',
    proves: 'A live call that was answered with a run uid has its run, ended as the answer says.',
    check: ({ records, truth }) =>
      truth.liveCalls.flatMap(({ answer }) => {
        if (answer === null || answer.runUid === null) return [];
        const control = records.control(answer.runUid);
        if (control === null) return [`live run ${answer.runUid} was answered ${answer.status} and does not exist`];
        const label = (answer.body as { readonly error_label?: string }).error_label; // cast: our own answer
        const isFine = answer.status === 200 || label === 'NO_RESULT';
        const status = isFine ? 'SUCCEEDED' : 'FAILED';
        return control.status === status
          ? []
          : [`live run ${control.uid} is ${control.status}, its caller was told ${answer.status}`];
      }),
  },
];

function controls(records: Records): readonly RunControl[] {
  return records.runUids().flatMap((uid) => records.control(uid) ?? []);
}

function brokenPages({ control, inputs }: RunTruth): readonly string[] {
  return inputs.flatMap(({ index, pages, given }) => {
    const broken: string[] = [];
    let cursor: string | null = null;
    for (const [page, { slot, results }] of pages.entries()) {
      const at = `run ${control.uid} input ${index} page ${page}`;
      if (slot.page !== page) broken.push(`${at} is missing`);
      if (slot.cursor !== cursor)
        broken.push(`${at} was asked for with ${slot.cursor ?? 'nothing'}, not ${cursor ?? 'nothing'}`);
      const isLast = page === pages.length - 1;
      if (slot.outcome.kind === 'FAILURE') {
        if (!isLast) broken.push(`${at} failed, yet ${pages.length} pages are recorded`);
        continue;
      }
      const { outcome } = slot;
      if (outcome.last && !isLast) broken.push(`${at}: last is ${String(outcome.last)} of ${pages.length} pages`);
      if (outcome.info === null) {
        const source = given.find(
          (one) =>
            one.page === page &&
            one.cursor === slot.cursor &&
            (one.kind === 'page' || one.kind === 'same_cursor') &&
            isDeepStrictEqual(one.results.slice(0, results.length), results) &&
            (outcome.last || (one.next === outcome.nextCursor && one.results.length === results.length)),
        );
        if (source === undefined)
          broken.push(`${at} is not what any call gave: ${JSON.stringify(results).slice(0, 300)}`);
      } else if (!given.some((one) => one.page === page && one.kind === 'no_result')) {
        broken.push(`${at} says that nothing was found`);
      }
      cursor = outcome.nextCursor;
    }
    if (hasEnded(control.status) && control.status !== 'STOPPED' && control.status !== 'INVALID') {
      const end = pages.at(-1)?.slot.outcome;
      if (end === undefined) broken.push(`run ${control.uid} ended without input ${index}`);
      else if (end.kind === 'RESULT' && !end.last) broken.push(`run ${control.uid} ended amid input ${index}`);
    }
    return broken;
  });
}

const RETRIED = new Set(['retryable', 'retryable_at', 'throw', 'hang']);
const TRIES = 3;

function unearnedFailures({ control, inputs }: RunTruth, isCalm: boolean): readonly string[] {
  return inputs.flatMap(({ index, pages, given, script }) => {
    const last = pages.at(-1)?.slot;
    if (last === undefined || last.outcome.kind !== 'FAILURE') return [];
    const { error_label: label, message } = last.outcome.error;
    const at = `run ${control.uid} input ${index} page ${last.page} failed with ${label} (${message})`;
    if (script === null) return label === 'BAD_INPUT' ? [] : [`${at}, its input being refused`];
    const calls = given.filter(({ page }) => page === last.page);
    const said = (kinds: readonly string[]): boolean => calls.some(({ kind }) => kinds.includes(kind));
    if (said(['permanent', 'invalid_result', 'same_cursor'])) return [];
    const spent = calls.filter(({ kind }) => RETRIED.has(kind)).length;
    if (spent >= TRIES || (!isCalm && label === 'UPSTREAM_TIMEOUT')) return [];
    // A call cut short by a crash, or slower than its time, is a try that the upstream knows nothing of.
    return isCalm || spent === 0 ? [`${at} after ${spent} failed calls`] : [];
  });
}

function inexactEnds({ control, inputs, definition }: RunTruth): readonly string[] {
  return inputs.flatMap(({ index, pages, given, script }) => {
    const isUntouched = control.endings === 1 && control.status !== 'STOPPED' && control.status !== 'INVALID';
    if (script === null || !isUntouched) return [];
    const expected = expectedEnd(script, definition.maxResults);
    const last = pages.at(-1)?.slot;
    const outcome = last?.outcome.kind === 'FAILURE' ? 'FAILED' : 'SUCCEEDED';
    // A run that waited as SCHEDULED may be laid out twice by one sweep, and then calls once more.
    const waited = control.history.some(({ status }) => status === 'SCHEDULED');
    const calls = waited ? (expected?.calls ?? 0) : given.length;
    const found = { outcome, pages: pages.length, outputs: last?.results ?? 0, calls };
    if (expected === null || isDeepStrictEqual(found, expected)) return [];
    return [`run ${control.uid} input ${index}: ${JSON.stringify(found)}, its script says ${JSON.stringify(expected)}`];
  });
}

function wrongTotals(run: RunTruth): readonly string[] {
  const { control, inputs } = run;
  if (control.status === 'STOPPED') return [];
  const isInvalid = control.status === 'INVALID';
  const failed = inputs.filter(({ pages }) => pages.at(-1)?.slot.outcome.kind === 'FAILURE').length;
  const outputs = inputs.reduce((sum, { pages }) => sum + pages.reduce((n, { results }) => n + results.length, 0), 0);
  const expected = isInvalid
    ? { succeeded: 0, failed: inputs.length, outputs: 0, callbacks: 0 }
    : {
        succeeded: inputs.length - failed,
        failed,
        outputs,
        callbacks: expectedCallbacks(run).length,
      };
  const { succeeded, failed: toldFailed, outputs: toldOutputs, callbacks } = control.totals;
  const found = { succeeded, failed: toldFailed, outputs: toldOutputs, callbacks };
  const wrong: string[] = [];
  if (!isDeepStrictEqual(found, expected)) {
    wrong.push(`run ${control.uid} says ${JSON.stringify(found)}, the truth is ${JSON.stringify(expected)}`);
  }
  const status =
    failed === 0 ? 'SUCCEEDED' : failed === inputs.length && outputs === 0 ? 'FAILED' : 'PARTIAL_SUCCEEDED';
  if (!isInvalid && control.status !== status) wrong.push(`run ${control.uid} is ${control.status}, not ${status}`);
  return wrong;
}

function undelivered(run: RunTruth, records: Records, truth: Truth): readonly string[] {
  const { control, definition } = run;
  if (definition.callback === null) return [];
  const rows = new Map(records.callbacks(control.uid, control.inputsTotal).map((row) => [row.uid, row]));
  const expected = [...expectedCallbacks(run), ...run.finishes];
  return expected.flatMap((uid) => {
    const got = postsOf(truth, uid).some(({ status }) => status !== null && status >= 200 && status < 300);
    const row = rows.get(uid);
    if (row !== undefined && row.status !== 'SUCCESS' && row.status !== 'FAILED')
      return [`callback ${uid} stays ${row.status}`];
    if (row?.status === 'SUCCESS' && !got) return [`callback ${uid} says SUCCESS, its receiver never did`];
    return got || row?.status === 'FAILED'
      ? []
      : [`callback ${uid} (${JSON.stringify(readUid(uid))}) was never delivered`];
  });
}

function uncalledFor(runs: readonly RunTruth[], truth: Truth): readonly string[] {
  const known = new Set(runs.flatMap((run) => [...expectedCallbacks(run), ...run.finishes]));
  const ids = new Set(truth.posts.map(({ headers }) => headers['webhook-id'] ?? ''));
  return [...ids].flatMap((id) => (known.has(id) ? [] : [`callback ${id} was sent and nothing called for it`]));
}

function wrongFinishes(run: RunTruth, truth: Truth, isLate: boolean): readonly string[] {
  const { control, definition, finishes, inputs } = run;
  const { uid } = control;
  const posts = truth.posts.filter(({ body }) => told(body).type === 'run.finished' && told(body).run.run_uid === uid);
  const ids = new Set(posts.map(({ headers }) => headers['webhook-id'] ?? ''));
  if (definition.callback === null) return ids.size === 0 ? [] : [`run ${uid} has no callback and got one`];
  const wrong = [...ids].flatMap((id) => (finishes.includes(id) ? [] : [`run ${uid} has no ending for ${id}`]));
  const outputs = inputs.reduce((sum, { pages }) => sum + pages.reduce((n, { results }) => n + results.length, 0), 0);
  const callbacks = expectedCallbacks(run).length + finishes.length;
  for (const { body, headers } of posts) {
    const { run: said, manifest } = told(body);
    const at = `ending ${finishes.indexOf(headers['webhook-id'] ?? '') + 1} of run ${uid}`;
    if (manifest === undefined || manifest.outputs > outputs || manifest.callbacks > callbacks) {
      wrong.push(`${at} counts ${JSON.stringify(manifest)}, the truth is ${outputs} outputs, ${callbacks} callbacks`);
      continue;
    }
    // Only the last ending can be held against what is there now, and a stop only where nothing landed late.
    if (headers['webhook-id'] !== finishes.at(-1)) continue;
    if (said.status !== control.status) wrong.push(`${at} says ${said.status}, the run is ${control.status}`);
    if (isLate && control.status === 'STOPPED') continue;
    const ended = inputs.map(({ pages }) => pages.at(-1)?.slot.outcome);
    const failed = control.status === 'INVALID' ? inputs.length : ended.filter((end) => end?.kind === 'FAILURE').length;
    const succeeded = ended.filter((end) => end?.kind === 'RESULT' && end.last).length;
    // A stop may come between an input's last page and its mark: such an input counts as stopped, and its pages count.
    const isUnmarked = control.status === 'STOPPED' && manifest.succeeded <= succeeded && manifest.failed <= failed;
    const settled = isUnmarked ? { succeeded: manifest.succeeded, failed: manifest.failed } : { succeeded, failed };
    const counted = { inputs: inputs.length, ...settled, outputs, callbacks };
    if (!isDeepStrictEqual(manifest, counted)) {
      wrong.push(`${at} counts ${JSON.stringify(manifest)}, the truth is ${JSON.stringify(counted)}`);
    }
  }
  return wrong;
}

function strayPost(records: Records, { url, workspace, headers, body, at }: Received): readonly string[] {
  const { run, results, input } = told(body);
  const definition = records.definition(run.run_uid);
  const stray: string[] = [];
  if (definition?.callback?.url !== url) stray.push(`${url} got a callback of run ${run.run_uid}`);
  if (definition?.workspaceUid !== workspaceUid(workspace)) stray.push(`${url} got a callback of another workspace`);
  const owned = [...(results ?? []), ...(input === null ? [] : [input])];
  if (owned.some(({ key }) => key !== undefined && !key.startsWith(`w${workspace} `))) {
    stray.push(`${url} got results of another workspace: ${body}`);
  }
  const tenant = headers['x-tenant'];
  if (tenant !== undefined && tenant !== `w${workspace}`) stray.push(`${url} got the headers of ${tenant}`);
  const secrets = [signingSecret(workspace)];
  try {
    verifyWebhook({ secrets, headers, body, now: new Date(at), toleranceSeconds: FROZEN_AT_MOST_S });
  } catch (error) {
    stray.push(`${url} got a signature that does not verify: ${String(error)}`);
  }
  return stray;
}

/** What a callback says of its input, held against what the launch gave. */
function strayInput(runs: readonly RunTruth[], { body, url }: Received): readonly string[] {
  const { run, input_index: index, input, custom_data: custom, results } = told(body);
  if (index === null) return [];
  const given = runs.find(({ definition }) => definition.uid === run.run_uid)?.inputs[index];
  if (given === undefined) return [`${url} was told of input ${index}, which ${run.run_uid} has not`];
  const isOwn = given.script === null || given.script.key === input?.key;
  const isCustom = isDeepStrictEqual(custom, given.customData);
  const areOwn = (results ?? []).every(({ key }) => key === given.script?.key);
  return isOwn && isCustom && areOwn ? [] : [`${url} was told of input ${index} what belongs to another: ${body}`];
}

/** A worker may stand still between signing and sending. */
const FROZEN_AT_MOST_S = 3_600;

const keyring = createKeyring(MASTER_SECRET, () => new Uint8Array(0));

function signingSecret(workspace: number): string {
  return keyring.signingSecret(workspaceUid(workspace), keyring.currentVersion).reveal();
}

function postsOf(truth: Truth, uid: string): readonly Received[] {
  return truth.posts.filter(({ headers }) => headers['webhook-id'] === uid);
}

interface ToldBody {
  readonly type: string;
  readonly callback_ref_uid: string;
  readonly run: { readonly run_uid: string; readonly status: string };
  readonly results: readonly { readonly key?: string }[] | null;
  readonly input_index: number | null;
  readonly custom_data: unknown;
  readonly input: { readonly key?: string } | null;
  readonly manifest?: {
    readonly succeeded: number;
    readonly failed: number;
    readonly outputs: number;
    readonly callbacks: number;
  };
}

function told(body: string): ToldBody {
  return JSON.parse(body) as ToldBody; // cast: what receivers are promised, held by the contract's own tests
}
