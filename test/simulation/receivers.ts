import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';
import type { CallbackAnswer, CallbackSender } from '../../shared/engine/ports.ts';
import type { Instance, Stage } from './instance.ts';
import type { ToldBody, Truth } from './truth.ts';

/** How a receiver is for good, whatever else goes wrong: well, gone (410), or never well. */
export type ReceiverNature = 'well' | 'gone' | 'dead';

const TIMEOUT_MS = 15_000;

/** The receivers of a history: they answer as the adversary has it, and keep what they really got. */
export function createReceivers(
  stage: Stage,
  truth: Truth,
  natures: readonly ReceiverNature[],
): (instance: Instance) => CallbackSender {
  const { adversary, timeline } = stage;

  /** What the receiver does with one request: its answer and whether it got it. */
  function react(workspace: number): { readonly got: boolean; readonly answer: CallbackAnswer; readonly ms: number } {
    const nature = natures[workspace] ?? 'well';
    const answered = (status: number, retryAfter?: string, body = ''): CallbackAnswer => ({
      kind: 'answered',
      status,
      body,
      retryAfter,
    });
    const said = (answer: CallbackAnswer, got = true, ms = 20) => ({ got, answer, ms });
    if (nature === 'gone') return said(answered(410));
    if (nature === 'dead') return said(answered(500));
    if (adversary.strikes('receiver_away')) return said({ kind: 'failed', message: 'connection refused' }, false);
    if (adversary.strikes('receiver_deaf')) return said({ kind: 'failed', message: 'timed out' }, true, TIMEOUT_MS);
    if (adversary.strikes('receiver_500')) return said(answered(500, undefined, 'x'.repeat(adversary.int(0, 5_000))));
    if (adversary.strikes('receiver_429')) return said(answered(429, adversary.int(0, 1) === 0 ? undefined : '7'));
    if (adversary.strikes('receiver_503')) return said(answered(503, String(adversary.amount(1, 100_000))));
    if (adversary.strikes('receiver_redirect')) return said(answered(302));
    if (adversary.strikes('receiver_gone')) return said(answered(410));
    if (adversary.strikes('receiver_garbage')) return said(answered(599, 'soon', '\u0000\uFFFD'));
    return said(answered(adversary.int(0, 3) === 0 ? 204 : 200));
  }

  return (instance) => ({
    async post({ url, headers, body, signal }) {
      const workspace = Number(new URL(url).pathname.split('/')[1]);
      let late = 0;
      const answer = await instance.call<CallbackAnswer>(
        'POST receiver',
        async () => {
          const { got, answer, ms } = react(workspace);
          late = ms;
          if (got) {
            const status = answer.kind === 'answered' ? answer.status : null;
            const id = headers['webhook-id'] ?? '';
            const told = parseLosslessJson(body) as ToldBody; // cast: as promised
            truth.posts.push({ id, told, url, workspace, headers, body, at: timeline.now(), status });
            stage.trace.add(`receiver ${workspace} gets ${id}, answers ${status ?? 'nothing'}`);
          }
          return answer;
        },
        (fault) => ({ kind: 'failed', message: fault }),
        Infinity, // the sender does not try again by itself
      );
      await new Promise<void>((resolve) => {
        instance.clock.after(late, resolve);
        signal.addEventListener('abort', () => resolve());
      });
      return signal.aborted ? { kind: 'failed', message: 'aborted' } : answer;
    },
  });
}
