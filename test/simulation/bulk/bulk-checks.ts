import { isDeepStrictEqual } from 'node:util';
import type { RunControl } from '../../../shared/domain/run.ts';
import type { Aftermath, RestCheck } from '../checks/aftermath.ts';
import type { StepCheck } from '../checks/step-check.ts';
import type { BulkRow } from '../records.ts';
import type { Verb } from '../truth.ts';

/** What is true of bulks once all is at rest. */
export const BULK_CHECKS: readonly RestCheck[] = [
  {
    name: 'bulksEnd',
    proves: 'A bulk that was accepted exists and is over: FINISHED, or CANCELLED where a caller cancelled it.',
    check: ({ truth, records }) =>
      truth.bulks.flatMap(({ answer, isCancelled }) => {
        if (answer === null) return [];
        const status = records.bulks().find(({ bulk }) => bulk.uid === answer.uid)?.bulk.status ?? 'gone';
        return status === 'FINISHED' || (status === 'CANCELLED' && isCancelled)
          ? []
          : [`bulk ${answer.uid} is ${status}`];
      }),
  },
  {
    name: 'bulksAddUp',
    proves: 'The runs that a bulk has matched are those of its list, each once; done and failed add up to them.',
    check: ({ records }) =>
      records.bulks().flatMap(({ bulk, runUids }) => {
        const { uid, matched, done, failed, failures, status } = bulk;
        const told = `bulk ${uid}, ${status}: matched ${matched}, done ${done}, failed ${failed}`;
        const wrong: string[] = [];
        if (status === 'FINISHED' && done + failed !== matched) wrong.push(told);
        if (done + failed > matched || failures.length !== failed) wrong.push(`${told}, failures ${failures.length}`);
        const listed = new Set(runUids);
        if (bulk.isCounted && (runUids.length !== matched || listed.size !== matched))
          wrong.push(`${told}, but its list has ${runUids.length} runs, ${listed.size} of them different`);
        if (failures.some(({ runUid }) => !listed.has(runUid))) wrong.push(`${told}: a failure is not of its list`);
        return wrong;
      }),
  },
  {
    name: 'bulksDoEachRunOnce',
    proves:
      'A run was stopped, resumed and retried at most once for each verb of a caller and each bulk that lists it.',
    check: (aftermath) =>
      aftermath.isLate
        ? []
        : aftermath.runs.flatMap(({ control }) =>
            (['cancel', 'resume', 'retry'] as const).flatMap((verb) => {
              const times = timesOf(verb, control);
              const most = askedFor(verb, control.uid, aftermath);
              return times > most ? [`run ${control.uid} took ${verb} ${times} times, asked for were ${most}`] : [];
            }),
          ),
  },
  {
    name: 'bulksDoTheirRuns',
    proves: 'What a finished bulk says was done was done: a listed run that is no failure took its verb.',
    check: ({ records }) =>
      records.bulks().flatMap(({ bulk, runUids }) => {
        if (bulk.status !== 'FINISHED' || bulk.action === 'resume' || bulk.action === 'replay_callbacks') return [];
        const failed = new Set(bulk.failures.map(({ runUid }) => runUid));
        const verb = bulk.action;
        return runUids.flatMap((uid) => {
          const control = records.control(uid);
          if (failed.has(uid) || (control !== null && timesOf(verb, control) > 0)) return [];
          return [`run ${uid} of bulk ${bulk.uid} counts as done and took no ${verb}`];
        });
      }),
  },
];

/** What each write of a bulk must keep. */
export const BULK_STEP_CHECKS: readonly StepCheck[] = [
  {
    name: 'bulkListsStand',
    proves: 'A part of the list of a bulk is written once and never changes.',
    check({ pk, sk, before, after }) {
      if (!pk.startsWith('B#') || !sk.startsWith('RUNS#') || before === null) return null;
      return isDeepStrictEqual(before, after) ? null : `${sk} of ${pk} was changed`;
    },
  },
  {
    name: 'oneBulkAtWork',
    proves: 'A workspace has at most one bulk that is listing or doing runs.',
    check({ pk, sk, after }, _, past) {
      if (!pk.startsWith('B#') || sk !== 'CTL' || after === null) return null;
      const atWork = [...past.bulksAtWork(String(after['workspace_uid']?.['S']))];
      return atWork.length > 1 ? `bulks at work: ${atWork.join(', ')}` : null;
    },
  },
  {
    name: 'bulkStepsRise',
    proves: 'Each write of a bulk raises its version by one; a final status stays, and what was done only grows.',
    check({ pk, sk, before, after }) {
      if (!pk.startsWith('B#') || sk !== 'CTL' || before === null || after === null) return null;
      const number = (item: typeof after, name: string): number => Number(item[name]?.['N']);
      if (JSON.stringify(before) === JSON.stringify(after)) return null; // a write that was repeated
      if (number(after, 'version') !== number(before, 'version') + 1) return `${pk}: a version was passed over`;
      const status = String(before['status']?.['S']);
      if (/FINISHED|CANCELLED/.test(status) && after['status']?.['S'] !== status) return `${pk} was ${status}`;
      return number(after, 'done') < number(before, 'done') ? `${pk}: fewer are done` : null;
    },
  },
];

function timesOf(verb: Verb, { history, retryCount, attempt }: RunControl): number {
  if (verb === 'retry') return retryCount;
  if (verb === 'resume') return attempt - 1 - retryCount;
  return history.filter(({ status, reason }) => status === 'STOPPED' && reason === 'CANCELLED_BY_CALLER').length;
}

function askedFor(verb: Verb, runUid: string, { truth, records, isRepeated }: Aftermath): number {
  // A call that was answered with a refusal changed nothing, unless its own write was reported as failed before.
  const calls = truth.verbs.filter(
    (called) => called.verb === verb && called.runUid === runUid && (called.answer?.status !== 409 || isRepeated),
  );
  // A schedule may cancel its previous run (`overlap` cancel_previous).
  const bySchedule = verb === 'cancel' && (records.control(runUid)?.scheduledRunUid ?? null) !== null ? 1 : 0;
  // A write that was reported as failed is decided again: if another caller's verb came between, it is applied twice.
  const each = isRepeated ? 2 : 1;
  return calls.length * each + bySchedule + records.bulks().filter((row) => lists(row, verb, runUid)).length;
}

function lists({ bulk, runUids }: BulkRow, verb: Verb, runUid: string): boolean {
  return bulk.action === verb && runUids.includes(runUid);
}
