import type { PlantedBug } from './planted-bug.ts';

const DEAD_LETTERS = 'shared/engine/dead-letters';
const scenario = 'letters';

/** Bugs of what ends dead letters, and of their reader. */
export const LETTER_BUGS: readonly PlantedBug[] = [
  {
    name: 'any-letter-stands-for-its-page',
    file: `${DEAD_LETTERS}/fail-page.ts`,
    scenario,
    find: 'return entry.attempt === attempt && entry.until === until;',
    replace: 'return entry.attempt >= attempt || entry.until === until;',
  },
  {
    name: 'closed-window-stays-closed',
    file: 'shared/engine/runs/dispatch-run.ts',
    scenario: 'uploads',
    find: 'stored === null || stored.length === 0',
    replace: 'stored === null',
  },
  {
    name: 'taken-callback-failed',
    file: `${DEAD_LETTERS}/fail-callback.ts`,
    scenario,
    find: "  if (await wasDelivered(ports, { about, record })) return 'NOTHING';\n",
    replace: '',
  },
  {
    name: 'callback-that-waits-failed',
    file: `${DEAD_LETTERS}/fail-callback.ts`,
    scenario,
    find: "    await sendOn(ports, target, record);\n    return 'CARRIED_ON';\n  }\n  if (record === null ?",
    replace: '  } else if (record === null ?',
  },
  {
    name: 'attempt-of-another-failed',
    file: `${DEAD_LETTERS}/fail-callback.ts`,
    scenario,
    find: 'return attempt === 0 ? record.retryCount === 0',
    replace: 'return attempt === 0 || record.retryCount >= attempt ? record.retryCount >= 0 || record.retryCount === 0',
  },
  {
    name: 'undelivered-fire-is-lost',
    file: `${DEAD_LETTERS}/fail-fire.ts`,
    scenario,
    find: 'if (deadLetter.isUndelivered) {',
    replace: 'if (deadLetter.isUndelivered && nominalAt > ports.clock.now()) {',
  },
  {
    name: 'thrown-letter-acknowledged',
    file: 'functions/workers/dead-letters.ts',
    scenario,
    find: 'await handleDeadLetter(ports, message, deadLetter);',
    replace: 'await handleDeadLetter(ports, message, deadLetter).catch(() => undefined);',
  },
  {
    name: 'letter-under-another-id',
    file: 'functions/workers/dead-letters.ts',
    scenario,
    find: 'by: shortHash(messageId)',
    replace: 'by: shortHash(record.receiptHandle)',
  },
  {
    name: 'closed-window-gone-on-with',
    file: 'shared/engine/runs/dispatch-run.ts',
    find: 'return epoch === admitted.epoch && length > 0 ?',
    replace: 'return epoch === admitted.epoch ?',
    scenario: 'letters',
  },
];
