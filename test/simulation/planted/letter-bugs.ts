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
    name: 'run-that-works-ended',
    file: `${BURY}/bury-dispatch.ts`,
    scenario,
    find: "  if (window === null) return 'NOTHING';\n  await tellFormerEnding(ports, control, definition);\n  // All of it may be done: a page may have landed since the run was stopped or postponed.\n  if (control.inputsTotal > 0 && isReopened(window, control)) {",
    replace: '  if (control.inputsTotal > 0 && window !== null && isReopened(window, control)) {',
  },
  {
    name: 'run-of-another-epoch-ended',
    file: `${BURY}/bury-dispatch.ts`,
    scenario,
    find: 'definition === null || control.epoch !== epoch)',
    replace: 'definition === null || control.epoch < epoch)',
  },
  {
    name: 'closed-window-stays-closed',
    file: 'shared/domain/input.ts',
    scenario,
    find: 'return standing?.before ?? standing ??',
    replace: 'return standing ??',
  },
  {
    name: 'retried-run-ended-by-old-marks',
    file: `${BURY}/bury-dispatch.ts`,
    scenario,
    find: 'if (control.inputsTotal > 0 && isReopened(window, control)) {',
    replace: 'if (control.inputsTotal > 0) {',
  },
  {
    name: 'buried-run-counts-nothing',
    file: `${BURY}/bury-dispatch.ts`,
    scenario,
    find: 'const totals = await countRecorded(ports, control, definition);',
    replace: 'const totals = { ...(await countRecorded(ports, control, definition)), outputs: 0 };',
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
    file: 'shared/engine/sweep/watch-run.ts',
    scenario: 'letters',
    find: '  if (window.before !== undefined) return again; // it is being ended, by who closed its window\n',
    replace: '',
  },
  {
    name: 'buried-without-its-former-ending',
    file: `${BURY}/bury-dispatch.ts`,
    scenario,
    find: "  if (window === null) return 'NOTHING';\n  await tellFormerEnding(ports, control, definition);\n",
    replace: "  if (window === null) return 'NOTHING';\n",
  },
];
