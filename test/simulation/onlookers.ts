import { Adversary } from './adversary.ts';
import { bodyOf, callApi } from './api-call.ts';
import { Coverage } from './coverage.ts';
import type { Stage } from './instance.ts';
import { SeededRandom } from './random.ts';
import { Trace } from './trace.ts';
import type { OpenHistory } from './history.ts';

/** Times in the storm at which somebody reads. */
const LOOKS = 2;
const RUNS_READ = 4;

type Looking = Pick<OpenHistory, 'stage' | 'deployment' | 'observer'>;

/**
 * Callers that only read, with the keys of the workspaces. They have a stage of their own without faults, so that their
 * reads do not change the history.
 */
export class Onlookers {
  readonly #history: Looking;
  readonly #quiet: Stage;
  readonly #functions: ReturnType<OpenHistory['deployment']['onlookers']>;
  readonly #workspaces: number;

  constructor(history: Looking, workspaces: number) {
    const { timeline, seed } = history.stage;
    const coverage = new Coverage();
    this.#history = history;
    this.#workspaces = workspaces;
    this.#quiet = {
      ...history.stage,
      seed: seed + 0.5,
      adversary: new Adversary(seed, coverage, []),
      coverage,
      trace: new Trace(timeline, false),
      underWay: { calls: 0 },
      leftBehind: [],
      staleWrites: [],
      rollout: null,
      outage: null,
      breakdowns: null,
      aimed: null,
    };
    this.#functions = history.deployment.onlookers(this.#quiet);
  }

  /**
   * Reads now and then while faults are on; not if reads draw random numbers (`stale_reads`), as that changes the
   * history.
   */
  lookDuring(stormMs: number): void {
    const { stage } = this.#history;
    if (stage.adversary.isOn('stale_reads')) return;
    const random = new SeededRandom(stage.seed, 'onlookers');
    for (let look = 0; look < LOOKS; look += 1) {
      stage.timeline.after(random.int(1_000, stormMs), () => void this.lookAtAll());
    }
  }

  /** Reads the lists of every workspace, and all there is to read of the first runs in them. */
  async lookAtAll(): Promise<void> {
    for (let workspace = 0; workspace < this.#workspaces; workspace += 1) {
      const runs = await this.#read(workspace, '/v1/runs');
      await this.#read(workspace, '/v1/runs/callbacks');
      for (const uid of runs.slice(0, RUNS_READ)) {
        for (const part of ['', '/status', '/inputs', '/outputs', '/callbacks']) {
          await this.#read(workspace, `/v1/runs/${uid}${part}`);
        }
      }
    }
  }

  /** Reads, and gives the uids of what a list holds. */
  async #read(workspace: number, path: string): Promise<readonly string[]> {
    const name = /^\/v1\/runs\/(?!callbacks)[^/]+$/.test(path) ? 'run' : 'runs';
    const answer = await callApi(this.#quiet, this.#functions, { function: name, workspace, method: 'GET', path });
    const status = answer?.statusCode ?? null;
    if (answer !== null && status !== null && status !== 500) return Object.values(bodyOf(answer)).flatMap(uidOf);
    this.#history.observer.violate('readsAreAnswered', `GET ${path} was answered ${status ?? 'nothing'}`);
    return [];
  }
}

function uidOf(row: unknown): readonly string[] {
  const uid = typeof row === 'object' && row !== null && 'uid' in row ? row.uid : null;
  return typeof uid === 'string' ? [uid] : [];
}
