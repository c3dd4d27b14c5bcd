/** The AWS services that have a stand-in, by the name their SigV4 credential scope carries. */
const serviceNames = ['dynamodb', 'sqs', 's3', 'scheduler', 'secretsmanager', 'logs'] as const;
export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(name: string): name is ServiceName {
  return serviceNames.some((known) => known === name);
}

/** A refusal in AWS's terms; the gateway gives it the shape of the service's own protocol. */
export interface AwsFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Thrown inside a stand-in to refuse a call; becomes the service's own error shape. */
export class AwsServiceError extends Error {
  readonly fault: AwsFault;
  constructor(code: string, message: string, status = 400) {
    super(`${code}: ${message}`);
    this.fault = { status, code, message };
  }
}

/** Units a call consumed, as AWS would bill them. */
export interface Capacity {
  readonly read: number;
  readonly write: number;
}

/** A stand-in's answer; the body is plain JSON. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly capacity?: Capacity;
}

/** What a stand-in may need besides the call. */
export interface CallContext {
  /** The gateway's URL, as callers use it. */
  readonly baseUrl: string;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
  /**
   * The caller's `X-Amzn-Trace-Id`, which tells Lambda's loop detection where a message came from; null without one.
   */
  readonly traceHeader: string | null;
}

/** A service of the `X-Amz-Target` protocols (JSON 1.0 and 1.1). */
export interface TargetService {
  handle(operation: string, body: unknown, context: CallContext): Promise<ServiceAnswer>;
}

/** A REST-JSON service (EventBridge Scheduler). */
export interface RestService {
  handle(request: {
    readonly method: string;
    readonly path: string;
    /** The raw query, without its question mark. */
    readonly query: string;
    /** JSON text, as the answer's body is. */
    readonly body: string;
  }): Promise<{ readonly status: number; readonly body: string }>;
}
