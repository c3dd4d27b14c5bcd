/**
 * The table of functions: how long each runs, on how much memory, which queue it reads and what it may do. Environment,
 * permissions, queues, alarms, the functions' own ports and the simulator follow from it.
 */

/**
 * What a function may be granted besides its operations on the table, each with the variables by which it finds what it
 * may use: one word in a function's row gives both (the permissions: infra/constructs/grants.ts).
 */
export const GRANTS = {
  /** Answers calls of the API: reads who has which key, and knows under which address it is called. */
  answerCalls: ['publicUrl'],
  /** Answers documents for browsers, whose links and policy name the deployment's own addresses. It allows nothing. */
  answerPages: ['publicUrl', 'bucket'],
  /** Writes API keys and what a workspace's secrets are derived from; without it a function may not. */
  writeKeys: [],
  /** Writes where notifications of workspaces go. */
  writeNotifications: [],
  /** Queries the index of lists. */
  queryLists: [],
  /** Keys that sign cursors of live calls; without one of these it may neither read nor write them. */
  readCursorKeys: [],
  writeCursorKeys: [],
  /** What signing secrets of workspaces are derived from. */
  readMasterSecret: ['masterSecretArn'],
  /** Values for actions. */
  readActionSecrets: ['actionSecretsArn'],
  /** Workspaces' own values of secrets, and the key that they are sealed with. */
  readCredentials: ['credentialKeyArn'],
  writeCredentials: ['credentialKeyArn'],
  /** Gets and puts objects of the bucket under a prefix. */
  getPages: ['bucket'],
  putPages: ['bucket'],
  getInputs: ['bucket'],
  putInputs: ['bucket'],
  getIncoming: ['bucket'],
  putIncoming: ['bucket'],
  getUploads: ['bucket'],
  putUploads: ['bucket'],
  /** Lists and deletes objects of runs: pages, inputs, uploads. */
  deleteObjects: ['bucket'],
  sendControl: ['controlQueueUrl'],
  sendPage: ['pageQueueUrl'],
  sendCallback: ['callbackQueueUrl'],
  sendIntake: ['intakeQueueUrl'],
  /**
   * Makes, changes and deletes entries of EventBridge Scheduler, which send to the control queue or to the dead
   * letters.
   */
  manageEntries: ['scheduleGroup', 'scheduleRoleArn', 'controlQueueArn', 'deadLettersArn'],
} as const;

export type Grant = keyof typeof GRANTS;

/** Operations on the table; Scan is never one of them. */
export type TableOperation =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

interface FunctionRow {
  /** Lambda kills what runs longer. */
  readonly timeoutSeconds: number | 'pageTimeoutSeconds';
  readonly memoryMb: number;
  /** The queue it reads, which has its name: records of an invocation, and invocations at once. Null: it reads none. */
  readonly queue: { readonly batchSize: number; readonly atOnce: number | 'workerConcurrency' } | null;
  /** It sends to a queue that leads back to itself: Lambda's loop detection, 16 hops, must let it. */
  readonly requeues: boolean;
  readonly table: readonly TableOperation[];
  readonly grants: readonly Grant[];
  /** Variables that no grant brings. */
  readonly variables: readonly string[];
}

/** Under the HTTP API's hard limit of 30 s, so that it is we who answer. */
const API_TIMEOUT_SECONDS = 29;

/** Lambda gives a whole core for so much memory (AWS Lambda, "Configure Lambda function memory"). */
export const WHOLE_CORE_MB = 1_769;

/** What every function knows; those with operations on the table also know its name. */
export const COMMON_VARIABLES = ['stage', 'settings'] as const;

export const FUNCTIONS = {
  /** Runs one page of an action while the caller waits, or queues it and waits for its record. */
  live: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 1_024,
    queue: null,
    requeues: false,
    table: ['GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
    grants: [
      'answerCalls',
      'readCursorKeys',
      'readActionSecrets',
      'readCredentials',
      'sendPage',
      'getPages',
      'putPages',
    ],
    variables: [],
  },
  /** Takes uploads and asynchronous launches: checks and stores up to 4.5 MB of inputs. */
  launch: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: WHOLE_CORE_MB,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
    grants: ['answerCalls', 'readMasterSecret', 'sendControl', 'sendPage', 'getIncoming', 'putIncoming', 'putUploads'],
    variables: [],
  },
  /** Reads everything and answers what no route knows. It writes the rate limits and the day of a key's use alone. */
  runs: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 1_024,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'],
    grants: ['answerCalls', 'queryLists', 'readMasterSecret', 'getPages', 'getInputs'],
    variables: [],
  },
  /**
   * Reads one run and, where its caller asks, waits for its end: apart from the other reads, for a caller that waits
   * keeps an invocation busy, and with `reservedConcurrency.run` waiting takes none from the rest.
   */
  run: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 512,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'],
    grants: ['answerCalls', 'readMasterSecret'],
    variables: [],
  },
  /** Cancels, resumes and retries runs, and replays callbacks. */
  verbs: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 1_024,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    grants: ['answerCalls', 'sendControl', 'sendCallback'],
    variables: [],
  },
  /** Takes schedules, reads and changes them. Their entries in EventBridge are the control worker's. */
  schedules: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 1_024,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'BatchWriteItem'],
    grants: ['answerCalls', 'queryLists', 'readMasterSecret', 'sendControl', 'sendPage'],
    variables: [],
  },
  /** What a workspace does with itself: its keys and secrets. It runs no actions, and it alone may write those. */
  workspace: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 512,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'],
    grants: ['answerCalls', 'queryLists', 'writeKeys', 'writeCredentials', 'writeNotifications', 'readMasterSecret'],
    variables: [],
  },
  /**
   * Answers the console's page, and may do nothing else: what the page shows comes from the API, by its reader's key.
   */
  console: {
    timeoutSeconds: API_TIMEOUT_SECONDS,
    memoryMb: 512,
    queue: null,
    requeues: false,
    table: [],
    grants: ['answerPages'],
    variables: [],
  },
  /**
   * Admits, dispatches and ends runs, deletes what deleted ones have left, fires schedules, sums usage, and works on
   * bulks.
   */
  control: {
    timeoutSeconds: 60,
    memoryMb: 1_024,
    queue: { batchSize: 5, atOnce: 'workerConcurrency' },
    requeues: true,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    grants: ['queryLists', 'sendControl', 'sendPage', 'sendCallback', 'sendIntake', 'manageEntries', 'deleteObjects'],
    variables: [],
  },
  /** Runs one page of one input per message and asks for the next page: it leads back to itself once per page. */
  page: {
    timeoutSeconds: 'pageTimeoutSeconds',
    memoryMb: 1_024,
    queue: { batchSize: 10, atOnce: 'workerConcurrency' },
    requeues: true,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    grants: [
      'readActionSecrets',
      'readCredentials',
      'sendPage',
      'sendCallback',
      'sendControl',
      'getInputs',
      'putPages',
    ],
    variables: ['pageWorkers'],
  },
  /**
   * Sends callbacks, and asks for its own short retries by delayed messages. Ten side by side take at most 15 s each,
   * besides reading, recording and asking for retries.
   */
  callback: {
    timeoutSeconds: 60,
    memoryMb: 512,
    queue: { batchSize: 10, atOnce: 'workerConcurrency' },
    requeues: true,
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    grants: ['readMasterSecret', 'sendCallback', 'getPages', 'getInputs'],
    variables: ['callbackWorkers', 'publicUrl'],
  },
  /**
   * Reads uploads line by line, one of 500 MB in one go: Lambda's longest. What it finds goes on by the control queue.
   */
  intake: {
    timeoutSeconds: 900,
    memoryMb: WHOLE_CORE_MB,
    queue: { batchSize: 1, atOnce: 'workerConcurrency' },
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    grants: ['sendControl', 'sendCallback', 'getUploads', 'putInputs'],
    variables: [],
  },
  /**
   * Every minute: does what is due and repeats what was lost. One sweep is over when the next begins, and its CPU
   * bounds how many rows it handles.
   */
  sweep: {
    timeoutSeconds: 55,
    memoryMb: WHOLE_CORE_MB,
    queue: null,
    requeues: false,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    grants: ['writeCursorKeys', 'readMasterSecret', 'sendControl', 'sendPage', 'sendCallback'],
    variables: [],
  },
  /**
   * Ends visibly what dead letters stood for, one at a time on the fewest invocations that an event source takes: they
   * are rare and may wait. What it sends may die and lead back to it, at most once for each input and callback.
   */
  'dead-letters': {
    timeoutSeconds: 60,
    memoryMb: 512,
    queue: { batchSize: 1, atOnce: 2 },
    requeues: true,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    grants: ['sendControl', 'sendPage', 'sendCallback'],
    variables: [],
  },
} as const satisfies Readonly<Record<string, FunctionRow>>;

/** Every Lambda of the stack, named as its file in functions/api or functions/workers. */
export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[]; // cast: keys of a literal

type Row<F extends FunctionName> = (typeof FUNCTIONS)[F];

/** Those that answer the API. */
export type ApiFunction = {
  [F in FunctionName]: 'answerCalls' extends Row<F>['grants'][number] ? F : never;
}[FunctionName];

/** Those that read a queue; the queue has the function's name. */
export type QueueWorker = { [F in FunctionName]: Row<F>['queue'] extends null ? never : F }[FunctionName];

export function readsQueue(name: FunctionName): name is QueueWorker {
  return FUNCTIONS[name].queue !== null;
}

/**
 * Those that read a queue of work, on as many invocations as a setting says; the other queue has their dead letters.
 */
export type WorkQueueName = Exclude<QueueWorker, 'dead-letters'>;
export const WORK_QUEUES: readonly WorkQueueName[] = ['control', 'page', 'callback', 'intake'];

/** Variables that a function gets: what it uses and nothing more. */
export type VariableOf<F extends FunctionName> =
  | (typeof COMMON_VARIABLES)[number]
  | (Row<F>['table'] extends readonly [] ? never : 'table')
  | (typeof GRANTS)[Row<F>['grants'][number]][number]
  | Row<F>['variables'][number];

export function variablesOf<F extends FunctionName>(name: F): readonly VariableOf<F>[] {
  const { table, grants, variables }: FunctionRow = FUNCTIONS[name];
  const own = table.length === 0 ? [] : ['table'];
  const all = [
    ...COMMON_VARIABLES,
    ...own,
    ...grants.flatMap((grant): readonly string[] => GRANTS[grant]),
    ...variables,
  ];
  return [...new Set(all)] as VariableOf<F>[]; // cast: the type says the same of the row as these lines
}

/** A function's timeout; that of the page worker is a setting. */
export function timeoutSecondsOf(name: FunctionName, settings: { readonly pageTimeoutSeconds: number }): number {
  const { timeoutSeconds } = FUNCTIONS[name];
  return timeoutSeconds === 'pageTimeoutSeconds' ? settings.pageTimeoutSeconds : timeoutSeconds;
}

/**
 * Receives of a message before it is set aside as a dead letter. Well over 5: a receive can be counted that no consumer
 * saw.
 */
export const MAX_RECEIVES = 8;

/**
 * Seconds for which a received message stays invisible: AWS asks for at least six times the function's timeout plus the
 * batch window (AWS Lambda, "Using Lambda with Amazon SQS").
 */
export function visibilitySecondsOf(
  name: QueueWorker,
  settings: { readonly pageTimeoutSeconds: number },
  batchWindowSeconds = 0,
): number {
  return 6 * timeoutSecondsOf(name, settings) + batchWindowSeconds;
}
