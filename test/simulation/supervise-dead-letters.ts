import { readUid } from '../../shared/domain/ids.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { callVerb, takeStep } from './callers.ts';
import type { Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';
import type { Letter } from './dead-letters.ts';
import type { LetterWorkload } from './dead-letter-workload.ts';
import { SeededRandom } from './random.ts';
import type { Records } from './records.ts';
import type { Truth } from './truth.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly records: Records;
  readonly truth: Truth;
}

/** Has callers use verbs on runs whose messages die, just when those are seen to. */
export function meddleWithLetters(history: OpenHistory, { meddling }: LetterWorkload): void {
  const { stage, deployment, records, truth } = history;
  const random = new SeededRandom(stage.seed, 'meddling');
  deployment.queues.letters.onNew = (letter) => {
    if (stage.adversary.isCalm || !random.happens(meddling)) return;
    const name = records.definition(runOf(letter) ?? '')?.name;
    const launch = truth.launches.find(({ body }) => body.name === name);
    if (launch === undefined) return;
    const { workspace, body } = launch;
    const verb = random.pick(['cancel', 'resume', 'retry', 'retry'] as const);
    const delayMs = random.logarithmic(1, random.pick([100, 60_000]));
    stage.timeline.after(delayMs, () => {
      void takeStep(stage, deployment, truth, { kind: 'verb', at: 0, workspace, verb, run: body.name });
    });
  };
}

/** The run a dead letter is about; null: none. */
function runOf({ message }: Letter): string | null {
  if ('runUid' in message) return message.runUid;
  return message.kind === 'callback' ? (readUid(message.uid)?.runUid ?? null) : null;
}

/** Retries a run as its workspace's caller; gives the status of the answer, or null: there was none. */
export async function retryRun(
  stage: Stage,
  deployment: Deployment,
  truth: Truth,
  { uid, workspaceUid }: Pick<RunControl, 'uid' | 'workspaceUid'>,
): Promise<number | null> {
  const workspace = Number(workspaceUid.at(-1));
  const answer = await callVerb(stage, deployment, truth, { verb: 'retry', runUid: uid, workspace });
  return answer?.status ?? null;
}
