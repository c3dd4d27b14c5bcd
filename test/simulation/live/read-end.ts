import { hasEnded, type RunStatus } from '../../../shared/domain/run-status.ts';
import { bodyOf, callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { EndedRun } from './live-truth.ts';

/** Gaps between looks grow to this, ms. */
const GAP_AT_MOST_MS = 600_000;

/** Waits for the end of a run as its caller does, and reads what it came to. */
export async function readEnd(
  history: { readonly stage: Stage; readonly deployment: Deployment },
  workspace: number,
  runUid: string,
): Promise<EndedRun> {
  const path = `/v1/runs/${runUid}`;
  const run = await readUntil(
    history,
    { function: 'run', workspace, path, query: 'wait=25' },
    (body) => hasEnded(body['status'] as RunStatus), // cast: our own answer
  );
  const status = String(run['status']);
  const next = typeof run['next_page_url'] === 'string' ? run['next_page_url'] : null;
  const outputs =
    status === 'SUCCEEDED'
      ? await readUntil(history, { function: 'runs', workspace, path: `${path}/outputs`, query: '' }, () => true)
      : null;
  history.stage.coverage.hit(`live:handed over, then ${status}`);
  return {
    runUid,
    status,
    mode: String(run['execution_mode']),
    next,
    outputs: outputs === null ? null : (outputs as unknown as readonly unknown[]), // cast: a list is read as an array
  };
}

/** Asks until the answer is a 200 that will do. */
async function readUntil(
  { stage, deployment }: { readonly stage: Stage; readonly deployment: Deployment },
  request: {
    readonly function: 'run' | 'runs';
    readonly workspace: number;
    readonly path: string;
    readonly query: string;
  },
  isEnough: (body: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  for (let gapMs = 5_000; ; gapMs = Math.min(GAP_AT_MOST_MS, gapMs * 1.5)) {
    const answer = await callApi(stage, deployment, { ...request, method: 'GET' });
    stage.coverage.hit(`live:read ${answer?.statusCode ?? 'none'}`);
    if (answer?.statusCode === 200) {
      const body = bodyOf(answer);
      if (isEnough(body)) return body;
    }
    await new Promise<void>((resolve) => void stage.timeline.after(gapMs, resolve));
  }
}
