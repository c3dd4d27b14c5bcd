import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';
import type { CallbackAnswer, CallbackSender } from '../../shared/engine/ports.ts';
import type { Instance, Stage } from './instance.ts';
import { isNotificationType, PAGER, type ToldEvent } from './notifications/notification-truth.ts';
import type { Received, ToldBody, Truth } from './truth.ts';

/**
 * How a receiver is for good, whatever else goes wrong: well, gone (410), never well, slow to answer, slow and at times
 * unwell, or silent.
 */
export type ReceiverNature = 'well' | 'gone' | 'dead' | 'slow' | 'moody' | 'silent';

const TIMEOUT_MS = 15_000;
/** Posts of one worker to one host at once, by shared/client/README.md; not read from the code, which may be wrong. */
const POSTS_AT_ONCE = 5;

/**
 * The receivers of a history: they answer as the adversary has it, and keep what they really got. `natures`: by
 * workspace, of its callbacks; `pagers`: of what is for its notifications alone.
 */
export function createReceivers(
  stage: Stage,
  truth: Truth,
  { natures, pagers }: { readonly natures: readonly ReceiverNature[]; readonly pagers: readonly ReceiverNature[] },
): (instance: Instance) => CallbackSender {
  const { adversary, timeline } = stage;

  /** What the receiver does with one request: its answer and whether it got it. */
  function react(
    url: string,
    workspace: number,
  ): { readonly got: boolean; readonly answer: CallbackAnswer; readonly ms: number } {
    const nature = (url.startsWith(PAGER) ? pagers : natures)[workspace] ?? 'well';
    const answered = (status: number, retryAfter?: string, body = ''): CallbackAnswer => ({
      kind: 'answered',
      status,
      body,
      retryAfter,
    });
    const said = (answer: CallbackAnswer, got = true, ms = 20) => ({ got, answer, ms });
    if (nature === 'gone') return said(answered(410));
    if (nature === 'dead') return said(answered(500));
    if (nature === 'slow' || nature === 'moody') {
      const isUnwell = nature === 'moody' && adversary.int(0, 2) === 0;
      return said(answered(isUnwell ? 500 : 200), true, adversary.amount(300, 12_000));
    }
    if (nature === 'silent') return said({ kind: 'failed', message: 'timed out' }, true, TIMEOUT_MS);
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

  return (instance) => {
    const underWay = new Map<string, number>();
    const enter = (host: string): void => {
      const posts = (underWay.get(host) ?? 0) + 1;
      underWay.set(host, posts);
      if (posts > POSTS_AT_ONCE) truth.overrun.push(`${instance.name} made ${posts} posts to ${host} at once`);
    };
    const leave = (host: string): void => void underWay.set(host, (underWay.get(host) ?? 1) - 1);
    return { post: (asked) => post(instance, asked, { enter, leave }) };
  };

  async function post(
    instance: Instance,
    { url, headers, body, signal }: Parameters<CallbackSender['post']>[0],
    { enter, leave }: Record<'enter' | 'leave', (host: string) => void>,
  ): Promise<CallbackAnswer> {
    const { host, pathname } = new URL(url);
    const workspace = Number(pathname.split('/')[1]);
    let late = 0;
    const { invokedAt: begunAt } = instance;
    let received: Received | null = null;
    enter(`${workspace} ${host}`);
    const answer = await instance.call<CallbackAnswer>(
      'POST receiver',
      async () => {
        const { got, answer, ms } = react(url, workspace);
        late = ms;
        if (got) {
          const status = answer.kind === 'answered' ? answer.status : null;
          const id = headers['webhook-id'] ?? '';
          const told = parseLosslessJson(body) as ToldBody | ToldEvent; // cast: as promised
          const post = { id, url, workspace, headers, body, at: timeline.now(), begunAt, status };
          if (isNotification(told)) truth.notified.push({ ...post, told });
          else {
            received = { ...post, told, isCut: false };
            truth.posts.push(received);
          }
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
    leave(`${workspace} ${host}`);
    const outcome: CallbackAnswer = signal.aborted ? { kind: 'failed', message: 'aborted' } : answer;
    truth.asked.push({ workspace, url, wasThere: isThere(outcome), at: timeline.now() });
    if (signal.aborted) noteCut(received);
    return outcome;
  }
}

function isNotification(told: ToldBody | ToldEvent): told is ToldEvent {
  return isNotificationType(told.type);
}

/** By shared/client/README.md: no answer, 5xx, 408 and 429 say that a receiver is away. */
function isThere(answer: CallbackAnswer): boolean {
  return answer.kind === 'answered' && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
}

function noteCut(received: Received | null): void {
  if (received !== null) received.isCut = true;
}
