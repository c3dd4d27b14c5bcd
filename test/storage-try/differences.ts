/**
 * Tests of storage that fail against moto 5.2.5, each with why. None is about a condition, a size or an order: those are
 * as our engine has them.
 */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  'gets every item of a batch, however often some are left undone, and each key once':
    'moto does all of a batch; DynamoDB may leave some undone (BatchGetItem, UnprocessedKeys)',
  'a partition that takes no more this second is waited for':
    'moto throttles nobody; DynamoDB does at 1,000 write units a second (developer guide, "Partitions")',
  'a record of as many starts as it tells one by one costs one write unit':
    'moto is not asked for units: only our engine counts them for the test',
  'chunks of release 0.1.0, beside the definition, are read':
    'the test turns its clock while a call is under way, and calls of moto take time',
  'inputs that it left in an upload say so, and fail': 'the same',
};
