import type { PlantedBug } from './planted-bug.ts';

const BURY = 'shared/engine/bury';
const scenario = 'letters';

/** Bugs of what ends dead letters, and of their reader. */
export const LETTER_BUGS: readonly PlantedBug[] = [
  {
    name: 'any-letter-stands-for-its-page',
    file: `${BURY}/bury-page.ts`,
    scenario,
    find: 'return entry.attempt === attempt && entry.until === until;',
    replace: 'return entry.attempt >= attempt || entry.until === until;',
  },
  {
    name: 'page-that-waits-buried',
    file: `${BURY}/bury-page.ts`,
    scenario,
    find: 'if (!standsFor(message, entry)) {',
    replace: 'if (!standsFor(message, entry) && entry.by !== letter.by) {',
  },
  {
    name: 'page-of-a-dead-epoch-buried',
    file: `${BURY}/bury-page.ts`,
    scenario,
    find: 'if (control === null || control.epoch !== epoch || !MAY_END',
    replace: 'if (control === null || !MAY_END',
  },
  {
    name: 'run-of-another-epoch-ended',
    file: 'shared/engine/bury/bury-intake.ts',
    find: 'definition === null || control.epoch !== epoch)',
    replace: 'definition === null || control.epoch < epoch)',
  },
  {
    name: 'closed-window-stays-closed',
    file: 'shared/engine/runs/dispatch-run.ts',
    find: 'standing === null || standing.length === 0',
    replace: 'standing === null',
  },
  {
    name: 'taken-callback-buried',
    file: `${BURY}/bury-callback.ts`,
    scenario,
    find: "  if (await wasDelivered(ports, { about, record })) return 'NOTHING';\n",
    replace: '',
  },
  {
    name: 'callback-that-waits-buried',
    file: `${BURY}/bury-callback.ts`,
    scenario,
    find: "    await sendOn(ports, definition, record);\n    return 'CARRIED_ON';\n  }\n  if (record === null ?",
    replace: '  } else if (record === null ?',
  },
  {
    name: 'attempt-of-another-buried',
    file: `${BURY}/bury-callback.ts`,
    scenario,
    find: 'return attempt === 0 ? record.retryCount === 0',
    replace: 'return attempt === 0 || record.retryCount >= attempt ? record.retryCount >= 0 || record.retryCount === 0',
  },
  {
    name: 'undelivered-fire-is-lost',
    file: `${BURY}/bury-fire.ts`,
    scenario,
    find: 'if (letter.isUndelivered) {',
    replace: 'if (letter.isUndelivered && nominalAt > ports.clock.now()) {',
  },
  {
    name: 'thrown-letter-acknowledged',
    file: 'functions/workers/dead-letters.ts',
    scenario,
    find: 'await buryMessage(ports, message, letter);',
    replace: 'await buryMessage(ports, message, letter).catch(() => undefined);',
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
  {
    name: 'buried-without-its-former-ending',
    file: 'shared/engine/bury/bury-intake.ts',
    find: '  await tellFormerEnding(ports, control, definition);\n',
    replace: '',
  },
];
