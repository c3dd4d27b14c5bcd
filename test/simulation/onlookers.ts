import { Adversary } from './adversary.ts';
import { bodyOf, callApi } from './api-call.ts';
import { workspaceUid } from './callers.ts';
import { Coverage } from './coverage.ts';
import { otherAttempts, otherBodies, type ReadAttempt, type ReadCallback } from './checks/sent-checks.ts';
import { isFaultless, type Stage } from './instance.ts';
import { SeededRandom } from './random.ts';
import { Trace } from './trace.ts';
import type { OpenHistory } from './history.ts';

/** Times in the storm at which somebody reads. */
const LOOKS = 2;
const RUNS_READ = 4;

/** A list has no more on one page. */
const MOST_LISTED = 100;

/** Callbacks of a run whose bodies and attempts are read. */
const CALLBACKS_READ = 12;

type Looking = Pick<OpenHistory, 'stage' | 'deployment' | 'observer' | 'truth' | 'records' | 'notifications'>;

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
      quotaRefusals: [],
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
        for (const part of ['', '/status', '/inputs', '/outputs', '/logs', '/callbacks']) {
          await this.#read(workspace, `/v1/runs/${uid}${part}`);
        }
      }
    }
  }

  /** Reads at the end, when nothing changes any more: also lists by tag, and what deleted runs are answered with. */
  async lookAtTheEnd(): Promise<void> {
    await this.lookAtAll();
    await this.#lookForTags();
    await this.#lookForNotifications();
    await this.#lookForDeleted();
  }

  async #lookForTags(): Promise<void> {
    const { observer, records, stage } = this.#history;
    const now = stage.timeline.now();
    const runs = records.runUids().flatMap((uid) => records.definition(uid) ?? []);
    const present = runs.filter(({ uid }) => (records.control(uid)?.expiresAt ?? 0) * 1_000 > now);
    for (let workspace = 0; workspace < this.#workspaces; workspace += 1) {
      const own = present.filter(({ workspaceUid: uid }) => uid === workspaceUid(workspace));
      const tags = [`of ${workspace}`, 'third 1'];
      for (const wanted of [...tags.map((tag) => [tag]), tags, ['none']]) {
        const query = `limit=100&${wanted.map((tag) => `tag=${encodeURIComponent(tag)}`).join('&')}`;
        const found = (await this.readRows(workspace, '/v1/runs', query)).flatMap(uidOf).toSorted();
        const right = own.filter(({ tags: has }) => has.some((tag) => wanted.includes(tag))).map(({ uid }) => uid);
        if (found.join() === right.toSorted().join()) continue;
        observer.violate('tagsFindTheirRuns', `${query} gives ${found.join()}, with these tags are ${right.join()}`);
      }
    }
  }

  async #lookForNotifications(): Promise<void> {
    const { observer, notifications } = this.#history;
    if (notifications === null) return;
    for (let workspace = 0; workspace < this.#workspaces; workspace += 1) {
      const found = await this.#read(workspace, '/v1/notifications/deliveries', `limit=${MOST_LISTED}`);
      const right = notifications.uidsOf(workspaceUid(workspace)).toSorted();
      if (right.length >= MOST_LISTED || found.toSorted().join() === right.join()) continue;
      observer.violate('notificationsAreListed', `listed are ${found.join()}, on record are ${right.join()}`);
    }
  }

  async #lookForDeleted(): Promise<void> {
    const { observer, records } = this.#history;
    for (const uid of observer.deleted.keys()) {
      const workspace = this.#workspaceOf(records.control(uid)?.workspaceUid);
      for (const part of ['', '/status', '/inputs', '/outputs', '/callbacks']) {
        const answer = await this.#get(workspace, `/v1/runs/${uid}${part}`);
        if (answer?.statusCode === 404) continue;
        observer.violate(
          'deletedRunsAreUnknown',
          `GET ${part} of the deleted run ${uid} gave ${answer?.statusCode ?? 0}`,
        );
      }
      const listed = (await this.readRows(workspace, '/v1/runs', `uid=${uid}`)).flatMap(uidOf);
      if (listed.length > 0) observer.violate('deletedRunsAreUnknown', `the deleted run ${uid} is in a list`);
    }
  }

  #workspaceOf(uid: string | undefined): number {
    return Array.from({ length: this.#workspaces }, (_, workspace) => workspace).findIndex(
      (workspace) => workspaceUid(workspace) === uid,
    );
  }

  /** Reads what was sent for the first callbacks of the first runs, and compares it with what receivers got. */
  async compareSent(): Promise<void> {
    for (let workspace = 0; workspace < this.#workspaces; workspace += 1) {
      for (const run of (await this.#read(workspace, '/v1/runs')).slice(0, RUNS_READ))
        await this.#compareRun(workspace, run);
    }
  }

  async #compareRun(workspace: number, runUid: string): Promise<void> {
    const { observer, truth, stage } = this.#history;
    const path = `/v1/runs/${runUid}/callbacks`;
    const rows = (await this.readRows(workspace, path, 'limit=500')) as readonly ListedCallback[]; // cast: a list
    const byRef = [...Map.groupBy(rows, (row) => row.callback_ref_uid)];
    for (const [refUid, group] of byRef.slice(0, CALLBACKS_READ)) {
      const records: ReadCallback[] = [];
      for (const { uid, status, retry_count: retryCount } of group) {
        const attempts = await this.readRows(workspace, `/v1/runs/callbacks/${uid}/attempts`);
        const body = await this.#readText(workspace, `/v1/runs/callbacks/${uid}/body`);
        records.push({ uid, refUid, status, retryCount, attempts: attempts as readonly ReadAttempt[], body }); // cast: a list
      }
      const posts = truth.posts.filter(({ id }) => id === refUid);
      const firstAttempts = group.reduce((sum, { uid }) => sum + (truth.firstAttempts.get(uid) ?? 0), 0);
      const sent = { records, posts, firstAttempts, isCalm: isFaultless(stage) };
      for (const message of otherBodies(sent)) observer.violate('bodiesAreAsSent', message);
      for (const message of otherAttempts(sent)) observer.violate('attemptsAreThePosts', message);
    }
  }

  async #readText(workspace: number, path: string): Promise<string | null> {
    const answer = await this.#get(workspace, path);
    return answer?.statusCode === 200 ? (answer.body ?? '') : null;
  }

  /** Reads, and gives what a list holds. */
  async readRows(workspace: number, path: string, query = ''): Promise<readonly unknown[]> {
    const answer = await this.#get(workspace, path, query);
    const status = answer?.statusCode ?? null;
    if (answer !== null && status !== null && status !== 500) return Object.values(bodyOf(answer));
    this.#history.observer.violate('readsAreAnswered', `GET ${path} was answered ${status ?? 'nothing'}`);
    return [];
  }

  /** Reads, and gives the uids of what a list holds. */
  async #read(workspace: number, path: string, query = ''): Promise<readonly string[]> {
    return (await this.readRows(workspace, path, query)).flatMap(uidOf);
  }

  #get(workspace: number, path: string, query = ''): ReturnType<typeof callApi> {
    const name = /^\/v1\/runs\/(?!callbacks)[^/]+$/.test(path) ? 'run' : 'runs';
    return callApi(this.#quiet, this.#functions, { function: name, workspace, method: 'GET', path, query });
  }
}

/** A callback's record in a list. */
interface ListedCallback {
  readonly uid: string;
  readonly callback_ref_uid: string;
  readonly status: string;
  readonly retry_count: number;
}

function uidOf(row: unknown): readonly string[] {
  const uid = typeof row === 'object' && row !== null && 'uid' in row ? row.uid : null;
  return typeof uid === 'string' ? [uid] : [];
}
