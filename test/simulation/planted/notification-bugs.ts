import type { PlantedBug } from './planted-bug.ts';

const NOTIFICATIONS = 'shared/engine/notifications';
const scenario = 'notifications';

/** Bugs of what workspaces are notified of. */
export const NOTIFICATION_BUGS: readonly PlantedBug[] = [
  {
    name: 'second-end-not-told',
    file: 'shared/domain/notification.ts',
    scenario,
    find: 'return `${runUid} ${attempt}`;',
    replace: 'return `${runUid} ${Math.min(attempt, 1)}`;',
  },
  {
    name: 'notification-not-sent',
    file: `${NOTIFICATIONS}/notify.ts`,
    scenario: 'notifications-calm',
    find: '  if (record === null) return;\n',
    replace: '  if (record === null || record.attempts.length === 0) return;\n',
  },
  {
    name: 'lost-notification-not-looked-for',
    file: `${NOTIFICATIONS}/notify.ts`,
    scenario,
    find: "  await ports.due.putDue({ at: nextCheck(now), kind: 'notification', uid });\n",
    replace: '  void nextCheck;\n',
  },
  {
    name: 'notified-where-it-was-set-first',
    file: 'shared/engine/callbacks/find-target.ts',
    scenario,
    find: '  if (target !== null) return { message, receipt, record, about, target, definition: null,',
    replace:
      '  if (target !== null && record.url !== null) target.callback = { ...target.callback, url: record.url };\n  if (target !== null) return { message, receipt, record, about, target, definition: null,',
  },
  {
    name: 'told-of-what-was-before',
    file: `${NOTIFICATIONS}/notify.ts`,
    scenario,
    find: '  return event.at >= (since[event.type] ?? updatedAt) - NOTIFICATION_SKEW_MS;',
    replace: '  return event.at >= Math.min(since[event.type] ?? 0, updatedAt, 0) - NOTIFICATION_SKEW_MS;',
  },
  {
    name: 'told-that-it-is-away-itself',
    file: `${NOTIFICATIONS}/notify.ts`,
    scenario,
    find: ' || isAboutOwnReceiver(event, url)) return false;',
    replace: ' || isAboutOwnReceiver(event, `${url}/other`)) return false;',
  },
  {
    name: 'away-noted-last',
    file: 'shared/engine/callbacks/hold-callback.ts',
    scenario,
    find: "  await notifyOfReceiver(ports, target, { kind, type: 'receiver.away', receiver, awaySince: now });\n  await ports.receivers.setAway(uid, { ...receiver, awaySince: now, probeAt: now + probeDelayMs(now, now) });\n",
    replace:
      "  await ports.receivers.setAway(uid, { ...receiver, awaySince: now, probeAt: now + probeDelayMs(now, now) });\n  await notifyOfReceiver(ports, target, { kind, type: 'receiver.away', receiver, awaySince: now });\n",
  },
  {
    name: 'each-further-skip-told',
    file: `${NOTIFICATIONS}/notify-of-fire.ts`,
    scenario: 'notifications-calm',
    find: '(other < 0 ? before.length : other) === SKIPS_IN_A_ROW - 1',
    replace: '(other < 0 ? before.length : other) >= SKIPS_IN_A_ROW - 1',
  },
  {
    name: 'fire-noted-by-who-decided-alone',
    file: 'shared/engine/schedules/fire-schedule.ts',
    scenario,
    find: '        await notifyOfFire(ports, schedule, recorded);\n',
    replace: '',
  },
  {
    name: 'waits-for-a-setting-that-is-gone',
    file: 'shared/engine/callbacks/find-target.ts',
    scenario,
    find: '  await withdraw(ports, record);\n',
    replace: "  if (record.uid === '') await withdraw(ports, record);\n",
  },
  {
    name: 'quota-told-at-each-refusal',
    file: 'shared/engine/quotas.ts',
    scenario: 'notifications-calm',
    find: 'name: `${quota.name} ${dayOf(at)}`, event',
    replace: 'name: `${quota.name} ${at}`, event',
  },
  {
    name: 'end-noted-by-who-ended-it-alone',
    file: 'shared/engine/sweep/reconcile-ended-run.ts',
    scenario,
    find: '  await settleAll([noteUsage(ports, control), notifyOfEnd(ports, control, definition)]);',
    replace:
      '  await settleAll([noteUsage(ports, control), control.epoch < 0 && notifyOfEnd(ports, control, definition)]);',
  },
  {
    name: 'notifications-outlive-their-run',
    file: 'shared/engine/deletion/purge-run.ts',
    scenario,
    find: '    if (!(await removal.deleteNotifications(control, until))) return block;\n',
    replace: '',
  },
];
