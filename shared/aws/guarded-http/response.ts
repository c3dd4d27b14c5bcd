import type { IncomingHttpHeaders } from 'node:http';

/** The answer: header names in lower case; `truncated` when the body went on past the limit and was cut there. */
export type GuardedResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly truncated: boolean;
};
