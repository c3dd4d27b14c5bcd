import type { PlantedBug } from './planted-bugs.ts';

const ENGINE = 'shared/engine';
const DOMAIN = 'shared/domain';
const STORES = 'shared/adapters/dynamodb';

/** Bugs of schedules, and of keys, dependencies, versions; each in the scenario that has them. */
export const FURTHER_BUGS: readonly PlantedBug[] = [
  {
    name: 'ledger-without-condition',
    file: `${STORES}/schedule-store.ts`,
    scenario: 'schedules',
    find: 'record: fireToRecord(fire, expiresAt), condition: ABSENT }',
    replace: "record: fireToRecord(fire, expiresAt), condition: { expression: 'attribute_not_exists(none)' } }",
  },
  {
    name: 'fire-beside-a-change',
    file: `${STORES}/schedule-store.ts`,
    scenario: 'schedules',
    find: 'record: scheduleToRecord(next), condition: versionBefore(next) },',
    replace: "record: scheduleToRecord(next), condition: { expression: 'attribute_exists(pk)' } },",
  },
  {
    name: 'paused-schedule-fires',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: "if (schedule.status === 'PAUSED') return decidePaused(schedule, nominalAt);\n  if (schedule.status !== 'ACTIVE') return NONE;",
    replace: "if (schedule.status === 'COMPLETED' || schedule.status === 'CANCELLED') return NONE;",
  },
  {
    name: 'deleted-schedule-fires',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: "if (schedule.status !== 'ACTIVE') return NONE;",
    replace: "if (schedule.status === 'COMPLETED') return NONE;",
  },
  {
    name: 'fires-of-entries-not-checked',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: 'if (!isTime(schedule, nominalAt)) return NONE;',
    replace: '',
  },
  {
    name: 'late-fires-let-through',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: 'const lateMs = now - nominalAt - jitterMs(schedule);',
    replace: 'const lateMs = Math.min(0, now - nominalAt - jitterMs(schedule));',
  },
  {
    name: 'overlap-not-looked-at',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: "if (schedule.overlap === 'skip' || isOvertaken) return",
    replace: 'if (isOvertaken) return',
  },
  {
    name: 'one-run-for-all-times',
    file: `${DOMAIN}/fire.ts`,
    scenario: 'schedules',
    find: '`run of ${scheduleUid} at ${nominalAt}`',
    replace: '`run of ${scheduleUid} at ${String(nominalAt).length}`',
  },
  {
    name: 'decided-runs-not-owed',
    file: `${ENGINE}/schedules/fire-schedule.ts`,
    scenario: 'schedules',
    find: 'openRuns: [...schedule.openRuns, open(runUid)]',
    replace: 'openRuns: [...schedule.openRuns, open(runUid)].slice(0, 0)',
  },
  {
    name: 'previous-run-goes-on',
    file: `${ENGINE}/schedules/fire-schedule.ts`,
    scenario: 'schedules',
    find: 'if (cancelsRunUid !== null) await cancelRun(ports, cancelsRunUid);',
    replace: "if (cancelsRunUid === '') await cancelRun(ports, cancelsRunUid);",
  },
  {
    name: 'lost-fires-not-made',
    file: `${ENGINE}/schedules/tend-schedule.ts`,
    scenario: 'schedules',
    find: '    await fireByHand(ports, schedule, nominalAt);\n  }\n',
    replace: '  }\n',
  },
  {
    name: 'old-entries-stay',
    file: `${ENGINE}/schedules/arm-schedule.ts`,
    scenario: 'schedules',
    find: 'old < revision; old += 1) await disarmRevision',
    replace: 'old < revision - 1; old += 1) await disarmRevision',
  },
  {
    name: 'trigger-under-a-time-of-its-own',
    file: 'functions/entry/schedules/verb-endpoints.ts',
    scenario: 'schedules',
    find: 'at: before ?? now };',
    replace: 'at: now + (before ?? 0) * 0 };',
  },
  {
    name: 'key-taken-twice',
    file: `${ENGINE}/once-by-key.ts`,
    scenario: 'consumers',
    find: 'if (taken.claimed) return;',
    replace: 'if (taken.claimed || taken.row?.hash === request.hash) return;',
  },
  {
    name: 'carried-on-under-another-seed',
    file: `${ENGINE}/once-by-key.ts`,
    scenario: 'consumers',
    find: 'const row = standing ?? { hash: request.hash, seed, before: before ?? null };',
    replace: 'const row = { hash: request.hash, seed, before: before ?? null };',
  },
  {
    name: 'dependencies-not-awaited',
    file: `${ENGINE}/runs/await-dependencies.ts`,
    scenario: 'consumers',
    find: 'if (states.unmet === null && states.open.length === 0) return true;',
    replace: 'if (states.unmet === null) return true;',
  },
  {
    name: 'any-end-is-success',
    file: `${DOMAIN}/run.ts`,
    scenario: 'consumers',
    find: "require === 'finish' || status === 'SUCCEEDED'",
    replace: "require === 'finish' || status !== 'INVALID'",
  },
  {
    name: 'unknown-versions-acknowledged',
    file: 'functions/entry/queue/create-queue-handler.ts',
    scenario: 'schedules',
    find: 'return { itemIdentifier: messageId };',
    replace: "return error instanceof Error && error.name === 'ZodError' ? null : { itemIdentifier: messageId };",
  },
];
