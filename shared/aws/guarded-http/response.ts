import type { IncomingHttpHeaders } from 'node:http';

/** The answer. Header names are in lower case. `truncated`: the body was over the limit and was cut there. */
export type GuardedResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly truncated: boolean;
};
