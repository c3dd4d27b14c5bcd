import type { PlantedBug } from './planted-bug.ts';

/** Bugs of summing usage. */
export const USAGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'sum-without-condition',
    file: 'shared/storage/usage-store.ts',
    scenario: 'usage',
    find: "expression: 'through_at = :at AND through_uid = :uid'",
    replace: "expression: 'through_at >= :at OR through_uid = :uid'",
  },
  {
    name: 'unfinished-runs-passed-over',
    file: 'shared/engine/usage/roll-up-usage.ts',
    scenario: 'usage-calm',
    find: 'if (usageOfDay(read) !== null || (await runs.countLater(read))) return read;',
    replace: 'if (usageOfDay(read) !== null || runs.remembers(read.uid) || read.epoch > 0) return read;',
  },
  {
    name: 'late-ends-not-counted',
    file: 'shared/engine/usage/note-usage.ts',
    scenario: 'usage-calm',
    find: 'if (counts === null) return;',
    replace: 'if (counts === null || control.attempt === 1) return;',
  },
  {
    name: 'resume-forgets-what-was-counted',
    file: 'shared/storage/apply-move.ts',
    scenario: 'usage-calm',
    find: 'usageBefore: newAttempt === true ? usageOfDay(control) : control.usageBefore,',
    replace: 'usageBefore: control.usageBefore,',
  },
  {
    name: 'stopped-run-counted-before-it-landed',
    file: 'shared/domain/usage.ts',
    scenario: 'usage-calm',
    find: "if (!hasEnded(status) || (status === 'STOPPED' && totalsEpoch !== epoch)) return null;",
    replace: "if (!hasEnded(status) || (status === 'STOPPED' && totalsEpoch > epoch)) return null;",
  },
  {
    name: 'deleted-before-it-was-counted',
    file: 'shared/engine/usage/unlist-summed.ts',
    scenario: 'deletions-calm',
    find: 'if (through === undefined || through.createdAt < createdAt) return;',
    replace: 'if (through === undefined || through.createdAt < createdAt) return runs.unlist(uid);',
  },
];
