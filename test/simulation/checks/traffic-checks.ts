import type { Message } from '../../../shared/engine/messages.ts';
import { readUid } from '../../../shared/domain/ids.ts';
import type { RunTruth } from '../run-truth.ts';
import type { PostsById } from './aftermath.ts';
import type { Traffic } from '../traffic.ts';

type PageMessage = Extract<Message, { kind: 'page' }>;

/** Pages that were sent more often than the message that recorded the page before them was received. */
export function multipliedChains(runs: readonly RunTruth[], traffic: Traffic): readonly string[] {
  const sends = new Map<string, number>();
  for (const message of traffic.messagesOf('page')) {
    if (message.kind !== 'page' || !isFresh(message)) continue;
    const name = nameOf(message.runUid, message.epoch, message.input, message.page);
    sends.set(name, (sends.get(name) ?? 0) + 1);
  }
  return runs.flatMap(({ control, inputs }) =>
    inputs.flatMap(({ index, pages }) =>
      pages.flatMap(({ pageRecord }) => {
        const times = sends.get(nameOf(control.uid, pageRecord.epoch, index, pageRecord.page + 1)) ?? 0;
        const most = traffic.timesHanded(pageRecord.by);
        return times > most
          ? [
              `page ${pageRecord.page + 1} of input ${index} of run ${control.uid} was sent ${times} times, but the message of the page before was received only ${most} times`,
            ]
          : [];
      }),
    ),
  );
}

function isFirstOfPage({ uid, attempt }: Extract<Message, { kind: 'callback' }>): boolean {
  return attempt === 0 && readUid(uid)?.kind === 'page';
}

/** The first run.finished of an end; that of a stop is sent by the sweep, once nothing can land any more. */
function isFirstOfEnd({ uid, attempt }: Extract<Message, { kind: 'callback' }>, posts: PostsById): boolean {
  const isOfEnd = attempt === 0 && readUid(uid)?.kind === 'run_finished';
  return isOfEnd && posts.get(uid)?.[0]?.told.run.status !== 'STOPPED';
}

/** A page that is sent for the first time, not one that waited. */
function isFresh({ attempt, until, again }: PageMessage): boolean {
  return attempt === 0 && until === null && !again;
}

function nameOf(runUid: string, epoch: number, input: number, page: number): string {
  return `${runUid} ${epoch} ${input} ${page}`;
}

/** Pages, first attempts of their callbacks, and ends of runs that the sweep had to send. */
export function neededRescues(traffic: Traffic, posts: PostsById): readonly string[] {
  return traffic
    .messagesOf('sweep')
    .filter(
      (message) =>
        message.kind === 'page' ||
        (message.kind === 'callback' && (isFirstOfPage(message) || isFirstOfEnd(message, posts))),
    )
    .map((message) => `the sweep had to send ${JSON.stringify(message)}`);
}
