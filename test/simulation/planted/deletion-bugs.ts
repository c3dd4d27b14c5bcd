import type { PlantedBug } from './planted-bug.ts';

const DELETION = 'shared/engine/deletion';
const STORES = 'shared/storage';

/** Bugs of tags and of the deletion of runs. */
export const DELETION_BUGS: readonly PlantedBug[] = [
  {
    name: 'tags-left-out-of-callbacks',
    file: 'shared/domain/callback-body.ts',
    scenario: 'calm',
    find: '...tagsOf(definition),',
    replace: '',
  },
  {
    name: 'all-tags-are-wanted',
    file: 'shared/engine/read/list-runs.ts',
    scenario: 'calm',
    find: 'values.some((value) => wanted.includes(value))',
    replace: 'wanted.every((value) => values.includes(value))',
  },
  {
    name: 'unfinished-run-deleted',
    file: `${DELETION}/delete-run.ts`,
    scenario: 'deletions-calm',
    find: 'if (!hasEnded(control.status)) throw refusal(control);',
    replace: '',
  },
  {
    name: 'deleted-beside-a-resume',
    file: `${STORES}/run-store.ts`,
    scenario: 'deletions',
    find: "expression: '#status = :status AND epoch = :epoch AND updated_at = :before',\n        names: { '#status': 'status' },",
    replace:
      "expression: '#status <> :status OR epoch >= :epoch OR updated_at >= :before',\n        names: { '#status': 'status' },",
  },
  {
    name: 'deleted-run-is-still-a-run',
    file: `${STORES}/run-records.ts`,
    scenario: 'deletions-calm',
    find: "return item['deletion'] === undefined ? controlFromItem(item) : null;",
    replace: 'return controlFromItem(item);',
  },
  {
    name: 'deleted-run-keeps-its-errors',
    file: 'shared/domain/deletion.ts',
    scenario: 'deletions-calm',
    find: 'lastError: null,',
    replace: '',
  },
  {
    name: 'callback-posted-though-deleted',
    file: 'shared/engine/callbacks/find-target.ts',
    scenario: 'deletions',
    find: 'if (about === null || control === null || target',
    replace: 'if (about === null || target',
  },
  {
    name: 'deleted-dependency-is-gone',
    file: 'shared/engine/runs/await-dependencies.ts',
    scenario: 'deletions',
    find: '(await ports.runs.readOrDeleted(dependency.uid))?.control ?? null',
    replace: 'await ports.runs.readControl(dependency.uid)',
  },
  {
    name: 'key-makes-a-deleted-run-again',
    file: 'shared/engine/launch/start-run.ts',
    scenario: 'deletions',
    find: 'if (current === null) await refuseDeleted(ports, uid);',
    replace: '',
  },
  {
    name: 'one-round-is-enough',
    file: 'shared/domain/deletion.ts',
    scenario: 'deletions',
    find: 'round: deletion.round + 1,',
    replace: 'round: deletion.round + 2,',
  },
  {
    name: 'deletion-not-looked-for',
    file: `${DELETION}/delete-run.ts`,
    scenario: 'deletions',
    find: "await ports.due.putDue({ at: now + FIRST_DELETION_CHECK_MS, kind: 'purge', uid });",
    replace: '',
  },
  {
    name: 'objects-stay',
    file: `${STORES}/removal-store.ts`,
    scenario: 'deletions',
    find: '(await objects.deletePrefix(`inputs/${uid}/`, until)) && (await objects.deletePrefix(`pages/${uid}/`, until))',
    replace: 'objects.deletePrefix(`inputs/${uid}/`, until)',
  },
  {
    name: 'upload-stays',
    file: `${STORES}/removal-store.ts`,
    scenario: 'deletions',
    find: 'if (uploadUid !== null) await',
    replace: 'if (uploadUid === uid) await',
  },
  {
    name: 'callback-records-stay',
    file: `${STORES}/removal-store.ts`,
    scenario: 'deletions-calm',
    find: '[blockPartition(uid, block), ...shards]',
    replace: '[...shards]',
  },
  {
    name: 'stored-answers-stay',
    file: `${STORES}/key-store.ts`,
    scenario: 'deletions',
    find: 'if (runUid !== null) {',
    replace: 'if (runUid === request.hash) {',
  },
];
