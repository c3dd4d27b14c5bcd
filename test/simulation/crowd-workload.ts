import type { FaultKind } from './fault-kinds.ts';
import { SeededRandom } from './random.ts';
import type { ReceiverNature } from './receivers.ts';
import type { InputScript, LaunchBody } from './launch-body.ts';

/** Workspaces whose receivers or actions hang, beside one where all is quick, on few workers. */
export interface CrowdWorkload {
  readonly workers: number;
  readonly receivers: readonly ReceiverNature[];
  /** Workspaces that hang. */
  readonly hanging: readonly number[];
  readonly launches: readonly { readonly at: number; readonly workspace: number; readonly body: LaunchBody }[];
  /** When all that hang are well, ms after the start. */
  readonly backAfterMs: number;
  readonly stormMs: number;
}

/** What hangs of a workspace. */
const KINDS = ['receivers', 'action', 'both'] as const;

export function drawCrowd(seed: number): CrowdWorkload {
  const random = new SeededRandom(seed, 'crowd');
  const hanging = Array.from({ length: random.int(1, 2) }, (_, workspace) => workspace);
  const quick = hanging.length;
  const receivers: ReceiverNature[] = [];
  const launches: CrowdWorkload['launches'][number][] = [];
  for (const workspace of hanging) {
    const kind = random.pick(KINDS);
    receivers.push(kind === 'action' ? 'well' : random.pick(['slow', 'slow', 'moody', 'silent']));
    const runs = random.int(1, 3);
    for (let run = 0; run < runs; run += 1) {
      const body = drawLaunch(random, {
        workspace,
        run,
        isSlow: kind !== 'receivers',
        most: kind === 'receivers' ? 9 : 5,
      });
      launches.push({ at: random.int(0, 3_000), workspace, body });
    }
  }
  receivers.push('well');
  const quickRuns = random.int(1, 4);
  for (let run = 0; run < quickRuns; run += 1) {
    launches.push({
      at: random.int(0, 60_000),
      workspace: quick,
      body: drawLaunch(random, { workspace: quick, run, isSlow: false, most: 4 }),
    });
  }
  return {
    workers: random.pick([2, 3, 4]),
    receivers,
    hanging,
    launches,
    backAfterMs: Math.round(random.logarithmic(60_000, 1_200_000)),
    stormMs: Math.round(random.logarithmic(20_000, 600_000)),
  };
}

/** What befalls work that was put off: its message is lost, its worker dies or stands still. */
const FAULTS: readonly FaultKind[] = ['lost_message', 'frozen_worker', 'crash_before', 'crash_after', 'duplicate_now'];

/** The faults of a history; in half of them those that meet what is put off. */
export function drawCrowdFaults(seed: number): readonly FaultKind[] | 'drawn' {
  const random = new SeededRandom(seed, 'crowd faults');
  if (random.happens(0.5)) return 'drawn';
  return FAULTS.filter(() => random.happens(0.6));
}

/** Runs of a workspace have hosts of their own, or paths of one. */
function drawLaunch(
  random: SeededRandom,
  {
    workspace,
    run,
    isSlow,
    most,
  }: { readonly workspace: number; readonly run: number; readonly isSlow: boolean; readonly most: number },
): LaunchBody {
  const host = random.happens(0.5) ? `hooks-${run}.example.com` : 'hooks.example.com';
  const inputs = Array.from({ length: random.int(1, most) }, (_, index): InputScript => {
    const key = `w${workspace} r${run} i${index}`;
    const size = { pages: random.int(1, 3), per_page: random.int(0, 2) };
    if (!isSlow) return { key, ...size };
    const takesMs = Math.round(random.logarithmic(500, 20_000));
    const page = random.int(0, size.pages - 1);
    const fails = random.happens(0.4)
      ? { fails: [{ page, kind: random.pick(['hang', 'retryable', 'throw'] as const), times: random.int(1, 2) }] }
      : {};
    return { key, ...size, takes_ms: takesMs, ...fails };
  });
  return { name: `w${workspace} run ${run}`, inputs, callback: { url: `https://${host}/${workspace}/${run}` } };
}
