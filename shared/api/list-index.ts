/** What the list index carries besides keys, for filters; whole records are read by their keys. */
export const LIST_INDEX_ATTRIBUTES = ['action_name', 'execution_mode', 'name', 'scheduled_run_uid', 'uid'] as const;
