/** What a function's thread is started with. */
export interface ThreadData {
  readonly codeDir: string;
  /** `module.export`, as in `index.handler`. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logGroup: string;
  /** Requests to this address are sent as messages; null: all go over sockets. */
  readonly gatewayUrl: string | null;
  /** One Int32 that counts invocations: after each one the thread is frozen until it grows. Null: never frozen. */
  readonly gate: SharedArrayBuffer | null;
}

/** One invocation. */
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

/** Lambda's log levels, from the least to the most severe. */
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

/** A request to the gateway, with the number that its answer comes back with. */
export interface NumberedRequest {
  readonly id: number;
  readonly request: CallRequest;
}

/** From the host to a thread. Answers that are ready in the same turn are one message. */
export type HostMessage =
  | { readonly kind: 'invoke'; readonly call: ThreadCall }
  | { readonly kind: 'answered'; readonly answers: readonly { readonly id: number; readonly answer: CallAnswer }[] };

/** From a thread to the host, in order. Requests of one turn are one message. */
export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'requests'; readonly requests: readonly NumberedRequest[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: unknown }
  | { readonly kind: 'initFailed'; readonly error: FunctionError }
  | { readonly kind: 'succeeded'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: FunctionError };
