import { withUserAgent } from '../../domain/callback-headers.ts';
import type { ErrorRecord } from '../../domain/errors.ts';
import type { CallbackAnswer, Ports } from '../ports.ts';
import { reportError } from '../report-error.ts';
import { checkCallback } from './check-callback.ts';
import { isTaken, receiverError } from './receiver-error.ts';

/** The ports of a test callback. */
export type TestPorts = Pick<Ports, 'clock' | 'random' | 'log' | 'secrets' | 'callbackPolicy' | 'sender'> & {
  /** The `User-Agent` of this deployment's callbacks. */
  readonly userAgent: string;
};

/** A test callback, and what came of it. */
export interface TestedCallback {
  /** The headers that were sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: CallbackAnswer;
  /** How long the receiver took to answer, or until the attempt was over without (ms). */
  readonly durationMs: number;
  /** Null: the receiver took it. */
  readonly error: ErrorRecord | null;
}

/**
 * Posts one callback as deliveries are posted: signed, by the rules of the stage, within the same time. Nothing is
 * recorded, and it is never made again. Throws BAD_INPUT if url or headers are refused.
 */
export async function testCallback(
  ports: TestPorts,
  test: {
    readonly workspaceUid: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly refUid: string;
    readonly body: string;
  },
): Promise<TestedCallback> {
  const { workspaceUid, url, body, refUid } = test;
  await checkCallback(ports, workspaceUid, test, '');
  const at = ports.clock.now();
  const signature = await ports.secrets.signatureHeaders(workspaceUid, refUid, at, body);
  const headers = withUserAgent({ ...test.headers, 'content-type': 'application/json', ...signature }, ports.userAgent);
  const { signal } = new AbortController(); // the sender's own time limit ends it
  const answer = await ports.sender.post({ url, workspaceUid, headers, body, signal });
  const durationMs = Math.max(0, ports.clock.now() - at);
  const about = { workspace_uid: workspaceUid, callback_uid: refUid };
  const error = isTaken(answer) ? null : reportError(ports, receiverError(answer), about);
  return { headers, answer, durationMs, error };
}
