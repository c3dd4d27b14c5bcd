/** What a function's thread is started with. */
export interface ThreadData {
  readonly codeDir: string;
  /** `module.export`, as in `index.handler`. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logGroup: string;
  /** Requests to this address travel as messages; null: none do. */
  readonly gatewayUrl: string | null;
  /** One Int32 that counts invocations: the thread stands still until it grows. Null: it is never frozen. */
  readonly gate: SharedArrayBuffer | null;
}

/** One invocation, as the host hands it to a thread. */
export interface ThreadCall {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds at which the host kills the thread. */
  readonly deadlineAt: number;
  readonly traceHeader: string;
}

/** An error as Lambda reports it to whoever invoked the function. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Lambda's log levels, the least first. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** An HTTP request to the gateway that travels as a message, with the headers the gateway reads, in lower case. */
export interface CallRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The gateway's answer to it. */
export interface CallAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request on its way, under the number its answer comes back with. */
export interface CarriedCall {
  readonly id: number;
  readonly request: CallRequest;
}

/** What the host tells a thread; answers that are ready together travel together. */
export type HostMessage =
  | { readonly kind: 'invoke'; readonly call: ThreadCall }
  | { readonly kind: 'answered'; readonly answers: readonly { readonly id: number; readonly answer: CallAnswer }[] };

/** What a thread tells the host, in order; requests of one turn travel together. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'requests'; readonly calls: readonly CarriedCall[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: unknown }
  | { readonly kind: 'initFailed'; readonly error: FunctionError }
  | { readonly kind: 'succeeded'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: FunctionError };
