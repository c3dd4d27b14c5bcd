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
    name: 'notified-where-it-was-set-first',
    file: 'shared/engine/callbacks/find-target.ts',
    scenario,
    find: '  if (target !== null) return { message, receipt, record, about, target, definition: null,',
    replace:
      '  if (target !== null && record.url !== null) target.callback = { ...target.callback, url: record.url };\n  if (target !== null) return { message, receipt, record, about, target, definition: null,',
  },
  {
    name: 'each-further-skip-told',
    file: `${NOTIFICATIONS}/notify-of-fire.ts`,
    scenario: 'notifications-calm',
    find: '(other < 0 ? before.length : other) === SKIPS_IN_A_ROW - 1',
    replace: '(other < 0 ? before.length : other) >= SKIPS_IN_A_ROW - 1',
  },
  {
    name: 'quota-told-at-each-refusal',
    file: 'shared/engine/quotas.ts',
    scenario: 'notifications-calm',
    find: 'name: `${quota.name} ${dayOf(at)}`, event',
    replace: 'name: `${quota.name} ${at}`, event',
  },
];
