/** A bug that someone might write, as a change of the source: `find` must be in the file exactly once. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const ENGINE = 'shared/engine';
const STORES = 'shared/adapters/dynamodb';

/** Conditions, dedupes, re-checks, epochs and derived ids taken out in turn; orders swapped; windows off by one. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'slot-without-condition',
    file: `${STORES}/progress-store.ts`,
    find: "expression: 'attribute_not_exists(pk) OR (attribute_exists(f) AND ep < :ep)'",
    replace: "expression: 'attribute_not_exists(pk) OR ep <= :ep'",
  },
  {
    name: 'loser-keeps-its-own-slot',
    file: `${ENGINE}/run-page.ts`,
    find: 'return put.won ? slot : put.stored;',
    replace: 'return put.won || put.stored.outcome.kind === slot.outcome.kind ? slot : put.stored;',
  },
  {
    name: 'mark-without-condition',
    file: `${STORES}/progress-store.ts`,
    find: "condition: 'attribute_not_exists(#input) AND (attribute_not_exists(ep) OR ep <= :ep)'",
    replace: "condition: 'attribute_not_exists(ep) OR ep <= :ep'",
  },
  {
    name: 'no-look-at-completion-on-redelivery',
    file: `${ENGINE}/finish-input.ts`,
    find: 'if (marked.stale) return;',
    replace: 'if (marked.stale || marked.marks.get(slot.input)?.finishedAt !== mark.finishedAt) return;',
  },
  {
    name: 'window-of-any-epoch',
    file: `${STORES}/progress-store.ts`,
    find: "condition: 'attribute_exists(o.#done) AND nx = :nx AND ep = :ep'",
    replace: "condition: 'attribute_exists(o.#done) AND nx = :nx AND ep <= :ep'",
  },
  {
    name: 'last-input-never-opened',
    file: `${ENGINE}/open-input.ts`,
    find: 'return input < control.inputsTotal ? input : null;',
    replace: 'return input < control.inputsTotal - 1 ? input : null;',
  },
  {
    name: 'dead-epoch-may-start',
    file: `${ENGINE}/run-page.ts`,
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
    name: 'owner-not-asked',
    file: `${ENGINE}/run-page.ts`,
    find: 'if (slot.by === receipt.by || slot.epoch < message.epoch) return true;',
    replace: 'if (receipt.count === 1) return true;',
  },
  {
    name: 'wait-not-written-down',
    file: `${ENGINE}/run-page.ts`,
    find: 'if (!noted) return null;',
    replace: 'if (noted) return null;',
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
  },
  {
    name: 'callback-given-up-early',
    file: 'shared/domain/retry.ts',
    find: 'const delay = CALLBACK_DELAYS_S[attemptsMade - 1];',
    replace: 'const delay = CALLBACK_DELAYS_S[attemptsMade];',
  },
  {
    name: 'callback-claim-without-condition',
    file: `${STORES}/callback-store.ts`,
    find: "condition: '#status = :fromStatus AND #retry_count = :fromCount'",
    replace: "condition: '#retry_count <= :fromCount OR #status = :fromStatus'",
  },
  {
    name: 'claim-without-lease',
    file: `${ENGINE}/deliver-callback.ts`,
    find: "record.status === 'RUNNING' && (record.nextAttemptAt ?? 0) <= ports.clock.now()",
    replace: "record.status === 'SUCCESS'",
  },
  {
    name: 'record-written-over',
    file: `${STORES}/callback-store.ts`,
    find: "recordToItem(record), { expression: 'attribute_not_exists(pk)' });",
    replace: 'recordToItem(record), null);',
  },
  {
    name: 'settled-callback-tried-again',
    file: `${ENGINE}/deliver-callback.ts`,
    find: "if (record.status === 'SUCCESS' || record.status === 'FAILED') return false;",
    replace: "if (record.status === 'SUCCESS') return false;",
  },
  {
    name: 'redirect-is-success',
    file: `${ENGINE}/deliver-callback.ts`,
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
    file: `${ENGINE}/deliver-callback.ts`,
    find: 'if (delivered && record === null) {',
    replace: 'if (record === null) {',
  },
  {
    name: 'finished-under-the-attempt',
    file: `${ENGINE}/finish-run.ts`,
    find: "deriveUid(definition.uid, 'run_finished', { ending: ended.endings })",
    replace: "deriveUid(definition.uid, 'run_finished', { ending: ended.attempt })",
  },
  {
    name: 'manifest-forgets-itself',
    file: `${ENGINE}/finish-run.ts`,
    find: 'callbacks: totals.callbacks + formerCallbacks + 1,',
    replace: 'callbacks: totals.callbacks + formerCallbacks,',
  },
  {
    name: 'manifest-forgets-former-endings',
    file: `${ENGINE}/finish-run.ts`,
    find: 'callbacks: totals.callbacks + formerCallbacks + 1,',
    replace: 'callbacks: totals.callbacks + 1,',
  },
  {
    name: 'slot-kept-at-the-end',
    file: `${ENGINE}/finish-run.ts`,
    find: "status === 'STOPPED' ? epoch - 1 : epoch",
    replace: 'epoch',
  },
  {
    name: 'nobody-is-let-in',
    file: `${ENGINE}/admit-run.ts`,
    find: 'if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;',
    replace: 'if (waiter.createdAt > 0) return;',
  },
  {
    name: 'limit-off-by-one',
    file: `${STORES}/admission-store.ts`,
    find: 'taken < :limit',
    replace: 'taken <= :limit',
  },
  {
    name: 'waiter-leaves-first',
    file: `${ENGINE}/admit-run.ts`,
    find: 'if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;',
    replace:
      'await ports.admission.removeWaiter(workspaceUid, waiter);\n    if (!(await ports.admission.takeSlot(workspaceUid, waiter.runUid, waiter.epoch))) return;',
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
    file: `${STORES}/run-store.ts`,
    find: 'near !== undefined && input >= near.first && input < near.first + near.inputs.length',
    replace: 'near !== undefined && input >= near.first',
  },
  {
    name: 'retry-keeps-the-failure',
    file: `${ENGINE}/run-page.ts`,
    find: "return slot !== null && slot.outcome.kind === 'FAILURE' && slot.epoch < message.epoch ? null : slot;",
    replace: 'return slot;',
  },
  {
    name: 'rollup-not-cleared',
    file: `${ENGINE}/dispatch-run.ts`,
    find: 'if (restarts) await reopenInputs(ports, control, definition);',
    replace: 'if (restarts && control.epoch > 99) await reopenInputs(ports, control, definition);',
  },
  {
    name: 'stop-keeps-the-epoch',
    file: `${ENGINE}/stop-run.ts`,
    find: '      newEpoch: true,\n',
    replace: '',
  },
];
