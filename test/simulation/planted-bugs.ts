import type { Scenario } from './workload.ts';

/** A bug that someone might write, as a change of the source: `find` must be in the file exactly once. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Where it shows soonest; absent: in any. */
  readonly scenario?: Scenario;
}

const ENGINE = 'shared/engine';
const STORES = 'shared/adapters/dynamodb';

/** Conditions, dedupes, re-checks, epochs and derived ids taken out in turn; orders swapped; windows off by one. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'slot-without-condition',
    file: `${STORES}/progress-store.ts`,
    find: "expression: 'attribute_not_exists(pk) OR (attribute_exists(f) AND ep < :restart)'",
    replace: "expression: 'attribute_not_exists(pk) OR ep >= :restart'",
  },
  {
    name: 'loser-keeps-its-own-slot',
    file: `${ENGINE}/pages/run-page.ts`,
    find: 'return put.won ? slot : put.stored;',
    replace: 'return put.won || put.stored.outcome.kind === slot.outcome.kind ? slot : put.stored;',
  },
  {
    name: 'no-look-at-completion-on-redelivery',
    file: `${STORES}/progress-store.ts`,
    find: 'return { stale: !update.done && !marks.has(input), marks };',
    replace: 'return { stale: !update.done, marks };',
  },
  // Its epoch is asked for twice: who swaps has read a window of its own epoch, and that one only rises.
  {
    name: 'place-given-twice',
    file: `${STORES}/progress-store.ts`,
    find: "condition: 'attribute_exists(o.#done) AND nx = :nx AND ep = :ep'",
    replace: "condition: 'attribute_exists(o.#done) AND nx >= :nx AND ep = :ep'",
    scenario: 'calm',
  },
  {
    name: 'last-input-never-opened',
    file: `${ENGINE}/runs/open-input.ts`,
    find: 'return input < control.inputsTotal ? input : null;',
    replace: 'return input < control.inputsTotal - 1 ? input : null;',
    scenario: 'calm',
  },
  {
    name: 'dead-epoch-may-start',
    file: `${ENGINE}/pages/run-page.ts`,
    find: 'if (control.epoch !== epoch || !WORKING_STATUSES.includes(control.status)) return false;',
    replace: "if (control.status === 'SUCCEEDED') return false;",
  },
  {
    name: 'deadline-ignored',
    file: `${ENGINE}/sweep.ts`,
    find: 'if (control.deadlineAt !== null && control.deadlineAt <= now) {',
    replace: 'if (control.deadlineAt !== null && control.deadlineAt <= 0) {',
  },
  {
    name: 'loser-sends-too',
    file: `${ENGINE}/pages/run-page.ts`,
    find: 'if (slot.by === receipt.by || slot.epoch < message.epoch) return true;',
    replace: 'if (receipt.count > 0) return true;',
  },
  {
    name: 'writer-of-a-wait-sends-nothing',
    file: `${ENGINE}/pages/postpone-page.ts`,
    find: 'if (noted.noted) return entry;',
    replace: 'if (noted.noted) return null;',
    scenario: 'calm',
  },
  {
    name: 'one-try-too-few',
    file: 'shared/domain/retry.ts',
    find: 'export const ACTION_ATTEMPTS = 3;',
    replace: 'export const ACTION_ATTEMPTS = 2;',
  },
  {
    name: 'one-try-too-many',
    file: 'shared/domain/retry.ts',
    find: 'export const ACTION_ATTEMPTS = 3;',
    replace: 'export const ACTION_ATTEMPTS = 4;',
  },
  {
    name: 'callback-schedule-one-longer',
    file: 'shared/domain/retry.ts',
    find: '50_400, 72_000, 86_400];',
    replace: '50_400, 72_000, 86_400, 86_400];\nexport const UNUSED = 0;',
    scenario: 'patient',
  },
  {
    name: 'callback-given-up-early',
    file: 'shared/domain/retry.ts',
    find: 'const delay = CALLBACK_DELAYS_S[attemptsMade - 1];',
    replace: 'const delay = CALLBACK_DELAYS_S[attemptsMade];',
    scenario: 'patient',
  },
  {
    name: 'callback-claim-without-condition',
    file: `${STORES}/callback-store.ts`,
    find: "condition: '#status = :fromStatus AND #retry_count = :fromCount'",
    replace: "condition: '#retry_count <= :fromCount OR #status = :fromStatus'",
  },
  {
    name: 'claim-without-lease',
    file: `${ENGINE}/callbacks/deliver-callback.ts`,
    find: "record.status === 'RUNNING' && (record.nextAttemptAt ?? 0) <= ports.clock.now()",
    replace: "record.status === 'SUCCESS'",
  },
  {
    name: 'record-written-over',
    file: `${STORES}/callback-store.ts`,
    find: "recordToItem(record), { expression: 'attribute_not_exists(pk)' });",
    replace: 'recordToItem(record), null);',
  },
  // A settled record needs no guard when a late attempt comes: each write of an attempt has its own condition.
  {
    name: 'given-up-though-taken',
    file: `${ENGINE}/callbacks/deliver-callback.ts`,
    find: 'const absorbed = !delivered && (isFirst || nextAttemptAt === null) && (await wasDelivered(ports, delivery));',
    replace: 'const absorbed = false;',
  },
  {
    name: 'redirect-is-success',
    file: `${ENGINE}/callbacks/deliver-callback.ts`,
    find: 'answer.status >= 200 && answer.status < 300',
    replace: 'answer.status >= 200 && answer.status < 400',
  },
  {
    name: 'body-tells-the-time',
    file: 'shared/domain/callback.ts',
    find: 'occurred_at: new Date(say.at).toISOString(),',
    replace: 'occurred_at: new Date(say.at).toISOString(), sent: (globalThis.sent = (globalThis.sent ?? 0) + 1),',
  },
  {
    name: 'delivery-acknowledged-before-it-is-logged',
    file: `${ENGINE}/callbacks/deliver-callback.ts`,
    find: 'if (delivered && record === null) {',
    replace: 'if (record === null) {',
  },
  // Attempts and endings are the same number whenever a run ends.
  {
    name: 'finished-under-the-epoch',
    file: `${ENGINE}/runs/finish-run.ts`,
    find: "deriveUid(definition.uid, 'run_finished', { ending: ended.endings })",
    replace: "deriveUid(definition.uid, 'run_finished', { ending: ended.epoch })",
  },
  {
    name: 'manifest-forgets-itself',
    file: `${ENGINE}/runs/finish-run.ts`,
    find: 'callbacks: totals.callbacks + formerCallbacks + 1,',
    replace: 'callbacks: totals.callbacks + formerCallbacks,',
  },
  {
    name: 'manifest-forgets-former-endings',
    file: `${ENGINE}/runs/finish-run.ts`,
    find: 'callbacks: totals.callbacks + formerCallbacks + 1,',
    replace: 'callbacks: totals.callbacks + 1,',
  },
  // The sweeper finds the slot later; whoever waits for it meanwhile waits for nothing.
  {
    name: 'slot-kept-at-the-end',
    file: `${ENGINE}/runs/finish-run.ts`,
    find: "status === 'STOPPED' ? epoch - 1 : epoch",
    replace: 'epoch',
    scenario: 'calm',
  },
  {
    name: 'nobody-is-let-in',
    file: `${ENGINE}/runs/admit-run.ts`,
    find: 'if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;',
    replace: 'if (waiter.createdAt > 0) return;',
  },
  {
    name: 'limit-off-by-one',
    file: `${STORES}/admission-store.ts`,
    find: 'taken < :limit',
    replace: 'taken <= :limit',
  },
  // A waiter that leaves the line too early is put there again when the sweeper looks at its run.
  {
    name: 'last-comes-first',
    file: `${STORES}/admission-store.ts`,
    find: 'prefix: WAITER_PREFIX,',
    replace: "prefix: WAITER_PREFIX, order: 'descending',",
    scenario: 'calm',
  },
  {
    name: 'no-watch-at-launch',
    file: `${STORES}/run-store.ts`,
    find: 'await Promise.all(entries.map((entry) => due.putDue(entry)));',
    replace: "if (entries.length > 9) return 'exists';",
  },
  {
    name: 'due-entry-goes-first',
    file: `${ENGINE}/sweep.ts`,
    find: "    if (entry.kind === 'callback') await sendDueCallback(ports, entry);",
    replace:
      "    await ports.due.deleteDue(entry);\n    if (entry.kind === 'callback') await sendDueCallback(ports, entry);",
  },
  {
    name: 'sweeper-forgets-lost-callbacks',
    file: `${ENGINE}/sweep.ts`,
    find: 'await sendUnseen(ports, definition, recorded, seen);',
    replace: 'return lookAgainAt;',
  },
  {
    name: 'sweeper-forgets-stuck-inputs',
    file: `${ENGINE}/sweep.ts`,
    find: 'if (movedAt + STUCK_MS > now) continue;',
    replace: 'if (movedAt > 0) continue;',
  },
  {
    name: 'move-of-any-status',
    file: `${STORES}/run-store.ts`,
    find: 'control.epoch === epoch && from.includes(control.status)',
    replace: 'control.epoch === epoch',
  },
  {
    name: 'refused-entries-forgotten',
    file: 'shared/adapters/aws/message-sender.ts',
    find: 'if (failed.length === 0) return;',
    replace: 'if (failed.length >= 0) return;',
  },
  {
    name: 'failed-records-acknowledged',
    file: 'functions/entry/queue/create-queue-handler.ts',
    find: 'return { itemIdentifier: messageId };',
    replace: 'return null;',
  },
  {
    name: 'object-under-a-fixed-key',
    file: `${STORES}/progress-store.ts`,
    find: 'return `pages/${runUid}/${input}/${page}-${hash}`;',
    replace: 'return `pages/${runUid}/${input}/${page}-${hash.slice(0, 0)}`;',
  },
  {
    name: 'chunk-of-another-input',
    file: `${STORES}/input-reader.ts`,
    find: 'return input >= first && input < first + inputs.length;',
    replace: 'return input >= first && inputs.length > 0;',
  },
  {
    name: 'retry-keeps-the-failure',
    file: `${ENGINE}/pages/run-page.ts`,
    find: "return slot !== null && slot.outcome.kind === 'FAILURE' && slot.epoch < control.restartEpoch ? null : slot;",
    replace: 'return slot;',
  },
  {
    name: 'rollup-not-cleared',
    file: `${ENGINE}/runs/dispatch-run.ts`,
    find: 'if (restarts) await reopenInputs(ports, control, definition);',
    replace: 'if (restarts && control.epoch > 99) await reopenInputs(ports, control, definition);',
  },
  {
    name: 'stop-keeps-the-epoch',
    file: `${ENGINE}/runs/stop-run.ts`,
    find: '      newEpoch: true,\n',
    replace: '',
  },
  {
    name: 'landed-ends-not-settled',
    file: `${ENGINE}/runs/settle-landed.ts`,
    scenario: 'verbs',
    find: 'if (slot !== null && hasEndedWith(slot, stopped)) await finishInput',
    replace: 'if (slot !== null && slot.epoch < 0) await finishInput',
  },
  {
    name: 'slots-of-dead-verbs-kept',
    file: `${ENGINE}/sweep.ts`,
    scenario: 'verbs',
    find: 'const slotAgainAt = await releaseEnded(ports, control);',
    replace: 'const slotAgainAt: number | null = control.epoch < 0 ? await releaseEnded(ports, control) : null;',
  },
  {
    name: 'landed-failure-gives-way',
    file: `${ENGINE}/pages/run-page.ts`,
    find: 'ports.progress.putSlot(slot, results, definition.expiresAt, page.control.restartEpoch)',
    replace: 'ports.progress.putSlot(slot, results, definition.expiresAt, message.epoch)',
  },
  {
    name: 'old-failure-ends-a-retried-input',
    file: `${ENGINE}/runs/open-input.ts`,
    scenario: 'verbs',
    find: "return endsInput(slot) && (slot.outcome.kind === 'RESULT' || slot.epoch >= restartEpoch);",
    replace: 'return endsInput(slot) && restartEpoch >= 0;',
  },
  {
    name: 'stop-told-before-the-resume',
    file: `${ENGINE}/runs/resume-run.ts`,
    scenario: 'verbs',
    find: '  await closeRun(ports, control, definition);\n',
    replace:
      '  await closeRun({ ...ports, settings: { ...ports.settings, pageTimeoutMs: -9e9 } }, control, definition);\n',
  },
  {
    name: 'former-ending-left-to-who-resumed',
    file: `${ENGINE}/runs/dispatch-run.ts`,
    scenario: 'verbs',
    find: '  await tellFormerEnding(ports, control, definition);\n',
    replace: '',
  },
  {
    name: 'former-ending-forgotten-by-a-stop',
    file: `${ENGINE}/runs/stop-run.ts`,
    scenario: 'verbs',
    find: '    await tellFormerEnding(ports, control, definition);\n',
    replace: '',
  },
  {
    name: 'resume-answers-for-another-verb',
    file: `${ENGINE}/runs/resume-run.ts`,
    scenario: 'verbs',
    find: 'return looked?.epoch === epoch + 1 ? looked : blocked.control;',
    replace: 'return looked ?? blocked.control;',
  },
];
