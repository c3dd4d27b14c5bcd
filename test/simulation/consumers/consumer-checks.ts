import { hasEnded } from '../../../shared/domain/run-status.ts';
import { workspaceUid } from '../callers.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import type { ConsumerTruth, ReplayTruth } from './consumer-truth.ts';
import type { StatusWatch } from '../status-watch.ts';

export interface ConsumerAftermath {
  readonly consumers: readonly ConsumerTruth[];
  readonly replays: readonly ReplayTruth[];
  readonly watch: StatusWatch;
  readonly records: Records;
  readonly truth: Truth;
  readonly isCalm: boolean;
  readonly isLate: boolean;
}

interface ConsumerCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: ConsumerAftermath) => readonly string[];
}

/** A process's clock may be ahead by this much. */
const SKEW_MS = 6_000;

export const CONSUMER_CHECKS: readonly ConsumerCheck[] = [
  {
    name: 'oneKeyOneRun',
    proves:
      'However often a launch is sent with one key, also at the same time, it makes one run, and each 202 names it.',
    check: ({ consumers, records, isCalm }) =>
      consumers.flatMap(({ workspace, name, key, dependsOn, answers }) => {
        const uids = runsNamed(records, workspace, name);
        const told = answers.filter(({ status }) => status === 202).map(({ body }) => String(body['run_uid']));
        const at = `launch ${name}: runs ${uids.join()}, answers ${answers.map(({ status, label }) => `${status ?? 'none'} ${label ?? ''}`).join()}`;
        if (key === null) return [];
        if (uids.length > 1) return [`${at}: one key made more than one run`];
        // Of a run that was deleted meanwhile nothing is left but what its callers were told.
        if (told.some((uid) => records.isDeleted(uid))) {
          return new Set(told).size === 1 && uids.length === 0
            ? []
            : [`${at}: of a deleted run, the answers name ${told.join()}`];
        }
        if (told.some((uid) => uid !== uids[0])) return [`${at}: the answers name the runs ${told.join()}`];
        const isDependencyGone = dependsOn.some(({ uid }) => records.isDeleted(uid));
        const isOther = ({ status, label }: (typeof answers)[number]): boolean =>
          status !== 202 &&
          !(status === 404 && isDependencyGone) &&
          label !== 'IDEMPOTENCY_IN_FLIGHT' &&
          label !== 'IDEMPOTENCY_MISMATCH';
        return isCalm && answers.some(isOther) ? [at] : [];
      }),
  },
  {
    name: 'dependentsWait',
    proves:
      'No page of a run starts before its dependencies have ended as required, unless a caller waived that by resume or retry.',
    check: ({ consumers, records, truth, watch }) =>
      eachRun(consumers, records, ({ uid, dependsOn }) => {
        const first = truth.pages.find(({ runUid }) => runUid === uid);
        if (first === undefined || dependsOn.length === 0 || hasVerb(truth, uid, ['resume', 'retry'])) return [];
        return dependsOn.flatMap((dependency) => {
          const met = watch
            .of(dependency.uid)
            .find(({ status }) => (dependency.require === 'success' ? status === 'SUCCEEDED' : hasEnded(status)));
          const isMet = met !== undefined && met.at <= first.at;
          return isMet
            ? []
            : [`run ${uid} started before its dependency ${dependency.uid} (${dependency.require}) was met`];
        });
      }),
  },
  {
    name: 'dependenciesFailTruly',
    proves:
      'A run fails with DEPENDENCY_FAILED only if a dependency did not succeed as required, and then runs no page.',
    check: ({ consumers, records, truth, watch }) =>
      eachRun(consumers, records, ({ uid, dependsOn }) => {
        const control = records.control(uid);
        if (control?.lastError?.error_label !== 'DEPENDENCY_FAILED') return [];
        const isUnmet = dependsOn.some(
          (dependency) =>
            dependency.require === 'success' &&
            watch.of(dependency.uid).some(({ status }) => hasEnded(status) && status !== 'SUCCEEDED'),
        );
        const started = truth.pages.some(({ runUid }) => runUid === uid) && !hasVerb(truth, uid, ['resume', 'retry']);
        return isUnmet && !started
          ? []
          : [`run ${uid} is DEPENDENCY_FAILED without reason, or had started: ${control.lastError.message}`];
      }),
  },
  {
    name: 'postponedRunsWait',
    proves: 'No page of a run starts before its schedule_at, unless a caller resumed or retried it.',
    check: ({ consumers, records, truth }) =>
      eachRun(consumers, records, ({ uid, scheduleAt }) => {
        const first = truth.pages.find(({ runUid }) => runUid === uid);
        if (first === undefined || scheduleAt === null || hasVerb(truth, uid, ['resume', 'retry'])) return [];
        return first.at >= scheduleAt - SKEW_MS
          ? []
          : [`run ${uid} started ${scheduleAt - first.at} ms before its schedule_at`];
      }),
  },
  {
    name: 'replaysAreNewRecords',
    proves: 'A replay is a record of its own with the same callback id, is made once for its key, and ends.',
    check: ({ replays, records, truth }) => {
      const rows = records.runUids().flatMap((uid) => records.callbacks(uid, records.control(uid)?.inputsTotal ?? 0));
      const replayed = rows.filter(({ parentUid }) => parentUid !== null);
      const wrong = replayed
        .filter(({ status }) => status !== 'SUCCESS' && status !== 'FAILED')
        .map(({ uid, status }) => `replay ${uid} stays ${status}`);
      for (const { key, callbackUid, runUid, answers } of replays) {
        if (callbackUid === null) continue;
        const told = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body['uid']));
        if (told.size > 1) wrong.push(`the key "${key}" was answered with several replays: ${[...told].join()}`);
        for (const uid of told) {
          const row = replayed.find((one) => one.uid === uid);
          if (records.isDeleted(runUid)) continue;
          if (row?.refUid !== callbackUid)
            wrong.push(`the key "${key}" made ${String(uid)}, a replay of ${row?.refUid ?? 'no callback'}`);
        }
      }
      for (const [refUid, made] of Map.groupBy(replayed, (row) => row.refUid)) {
        const asked = replays.filter(
          ({ callbackUid, runUid }) => callbackUid === refUid || (callbackUid === null && isOf(truth, refUid, runUid)),
        );
        if (made.length > asked.length)
          wrong.push(`callback ${refUid} has ${made.length} replays, but callers requested ${asked.length}`);
      }
      return wrong;
    },
  },
];

interface ConsumerRun extends ConsumerTruth {
  readonly uid: string;
}

function eachRun(
  consumers: readonly ConsumerTruth[],
  records: Records,
  check: (run: ConsumerRun) => readonly string[],
): readonly string[] {
  return consumers.flatMap((consumer) =>
    runsNamed(records, consumer.workspace, consumer.name).flatMap((uid) => check({ ...consumer, uid })),
  );
}

function runsNamed(records: Records, workspace: number, name: string): readonly string[] {
  return records.runUids().filter((uid) => {
    const definition = records.definition(uid);
    return definition?.workspaceUid === workspaceUid(workspace) && definition.name === name;
  });
}

function hasVerb(truth: Truth, uid: string, verbs: readonly string[]): boolean {
  return truth.verbs.some(({ verb, runUid }) => runUid === uid && verbs.includes(verb));
}

/** Whether a callback is of that run, by what its receiver got; one that never arrived may be. */
function isOf({ posts }: Truth, refUid: string, runUid: string): boolean {
  const post = posts.find(({ id }) => id === refUid);
  return post === undefined || post.told.run.run_uid === runUid;
}
