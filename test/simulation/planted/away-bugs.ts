import type { PlantedBug } from './planted-bug.ts';

const CALLBACKS = 'shared/engine/callbacks';

/** Bugs of receivers that are away, and of what waits for them. */
export const AWAY_BUGS: readonly PlantedBug[] = [
  {
    name: 'looks-add-up',
    file: 'shared/engine/callbacks/reconcile-receiver.ts',
    scenario: 'away-calm',
    find: 'return Math.ceil(at / RECEIVER_CHECK_MS) * RECEIVER_CHECK_MS;',
    replace: 'return at;',
  },
  {
    name: 'each-request-a-row',
    file: `${CALLBACKS}/hold-callback.ts`,
    scenario: 'away-calm',
    find: 'return Math.ceil((now + HELD_CHECK_LEAD_MS) / HELD_CHECK_GRID_MS) * HELD_CHECK_GRID_MS;',
    replace: 'return HELD_CHECK_LEAD_MS + HELD_CHECK_GRID_MS > 0 ? now : 0;',
  },
  {
    name: 'never-taken-for-away',
    file: 'shared/domain/receiver.ts',
    scenario: 'away-calm',
    find: 'if (awaySince !== null || failures < FAILURES_IN_A_ROW) return false;',
    replace: 'if (awaySince !== null || failures < FAILURES_IN_A_ROW * 99) return false;',
  },
  {
    name: 'host-hides-its-receivers',
    file: `${CALLBACKS}/hold-callback.ts`,
    scenario: 'away-calm',
    find: "  if (answer.kind === 'answered') await ports.receivers.keepHost(host, now);\n",
    replace: "  if (answer.kind === 'answered') isHostAway = false;\n",
  },
  {
    name: 'replays-go-before-what-waits',
    file: `${CALLBACKS}/hold-callback.ts`,
    scenario: 'away-calm',
    find: 'if (isLastChance(record, now)) return',
    replace: 'if (record !== null || isLastChance(record, now)) return',
  },
  {
    name: 'probes-not-counted',
    file: 'shared/storage/receiver-store.ts',
    scenario: 'away-calm',
    find: "expression: 'SET probe_at = :nextAt',\n        condition: 'probe_at = :probeAt',",
    replace: "expression: 'SET probe_at = :probeAt, none = :nextAt',",
  },
  {
    name: 'held-and-not-looked-for',
    file: `${CALLBACKS}/hold-callback.ts`,
    scenario: 'away-calm',
    find: "  await ports.due.putDue({ at, kind: 'receiver', uid });\n",
    replace: '  void at;\n',
  },
  {
    name: 'held-is-not-released-but-forgotten',
    file: `${CALLBACKS}/reconcile-receiver.ts`,
    scenario: 'away-calm',
    find: '    await sendOn(ports, uid, held);\n    return held.length',
    replace: '    await Promise.all(held.map((one) => ports.receivers.deleteHeld(uid, one)));\n    return held.length',
  },
  {
    name: 'given-up-without-a-last-attempt',
    file: `${CALLBACKS}/delivery.ts`,
    scenario: 'away',
    find: 'return Math.round(createdAt + CALLBACK_LIFE_MS);',
    replace: 'return Math.round(createdAt + CALLBACK_LIFE_MS / 10);',
  },
  {
    name: 'released-under-the-attempt-before',
    file: `${CALLBACKS}/reconcile-receiver.ts`,
    scenario: 'away',
    find: "send({ kind: 'callback', uid, attempt },",
    replace: "send({ kind: 'callback', uid, attempt: attempt - 1 },",
  },
  {
    name: 'held-though-its-receiver-said-when',
    file: `${CALLBACKS}/hold-callback.ts`,
    scenario: 'away',
    find: 'if (stored.by === receipt.by) await keepHeld(ports, stored, uid);',
    replace: "await ports.callbacks.updateRecord(stored.uid, stored, { ...stored, status: 'FAILED' });",
  },
];
