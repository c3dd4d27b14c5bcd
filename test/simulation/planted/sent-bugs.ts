import type { PlantedBug } from './planted-bug.ts';

/** What is read of that which was sent is not what was sent. */
export const SENT_BUGS: readonly PlantedBug[] = [
  {
    name: 'delivered-attempt-not-listed',
    file: 'shared/engine/callbacks/record-attempt.ts',
    scenario: 'calm',
    find: '{ ...change, attempt });',
    replace: '{ ...change, attempt: delivered ? null : attempt });',
  },
  {
    name: 'first-failure-not-listed',
    file: 'shared/engine/callbacks/record-attempt.ts',
    scenario: 'patient',
    find: '...change, attempts: [attempt] });',
    replace: '...change });',
  },
  {
    name: 'every-attempt-is-the-first',
    file: 'shared/storage/attempt-records.ts',
    scenario: 'patient',
    find: 'return { attempt: Number(attempt), by,',
    replace: 'return { attempt: Number(attempt) * 0, by,',
  },
  {
    name: 'attempts-of-a-message-written-over',
    file: 'shared/storage/attempt-records.ts',
    scenario: 'patient',
    find: 'return `${ATTEMPT_PREFIX}${attempt}#${by}`;',
    replace: 'return `${ATTEMPT_PREFIX}${attempt % 2}#${by.slice(0, 0)}`;',
  },
  {
    name: 'attempt-begins-when-it-ends',
    file: 'shared/domain/callback-attempt.ts',
    scenario: 'calm',
    find: 'const begunAt = at - (durationMs ?? 0);',
    replace: 'const begunAt = at;',
  },
  {
    name: 'replay-has-no-body',
    file: 'shared/engine/read/find-body.ts',
    scenario: 'consumers',
    find: 'const about = readUid(refUid);',
    replace: 'const about = readUid(record.uid);',
  },
  {
    name: 'body-of-the-first-part',
    file: 'shared/engine/read/find-body.ts',
    scenario: 'calm',
    find: '{ about, record, definition: run?.definition ?? null }',
    replace: '{ about: { ...about, part: 1 }, record, definition: run?.definition ?? null }',
  },
];
