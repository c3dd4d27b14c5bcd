/**
 * What the list index carries besides keys, for filters; whole records are read by their keys. This never changes: a
 * stage that is deployed would need a new index, built beside this one in one deployment, and this one removed in the
 * next. A filter by anything else, such as status or tags, reads the records of the rows that pass these: for the 400
 * rows of a call that is 800 records, and 400 to 500 read units ($0.00006).
 */
export const LIST_INDEX_ATTRIBUTES = ['action_name', 'execution_mode', 'name', 'scheduled_run_uid', 'uid'] as const;
