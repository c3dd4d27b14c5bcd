import { hasEnded } from '../domain/run-status.ts';
import { type Quotas, quotasInForce } from '../domain/quota.ts';
import { dayEnd } from '../domain/usage.ts';
import { EngineError } from '../domain/errors.ts';
import type { Clock } from '../engine/ports.ts';
import type { QuotaPlace, QuotaStore } from '../engine/stores/quota-store.ts';
import { keepReads } from '../process/keep-reads.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys, schedulesOf } from './keys.ts';
import { LIMITS_KEPT, readOwnQuotas } from './limit-reader.ts';
import { presentControl } from './run-records.ts';
import { scheduleFromItem } from './schedule-records.ts';
import type { Table } from './table.ts';

/** Writes of one workspace's places that meet are few; so many in a row point to a fault. */
const PLACE_ATTEMPTS = 20;
/** A run or schedule is written, or an ended run goes on, within this time after its place is taken, or never. */
const CREATED_WITHIN_MS = 60_000;
/** Pages that ask within this time are counted by one write. */
const GATHER_MS = 5;
const DAY_S = 86_400;

type CountedKind = Omit<QuotaPlace, 'uid'>;
type Places = Readonly<Record<string, number>>;
type PageAsked = (granted: boolean) => void;

/** `defaults`: the stage's quotas where a workspace has none of its own. */
export function createQuotaStore(table: Table, defaults: Quotas, clock: Clock): QuotaStore {
  const asking = new Map<string, { readonly asked: PageAsked[]; readonly failed: ((error: unknown) => void)[] }>();

  const readQuotas = keepReads({ ...LIMITS_KEPT, now: () => clock.now() }, async (workspaceUid): Promise<Quotas> =>
    quotasInForce(await readOwnQuotas(table, workspaceUid), defaults),
  );

  /** Those that still count: they wait, or are about to be written. */
  async function stillTaken({ kind, workspaceUid }: CountedKind, places: Places): Promise<Places> {
    const uids = Object.keys(places);
    const keyOf = kind === 'schedules' ? keys.schedule : keys.control;
    const items = await table.batchGet(uids.map(keyOf), { consistency: 'strong' });
    const found = new Map(items.map((item) => [new ItemReader(item).text('uid'), item]));
    const since = clock.now() - CREATED_WITHIN_MS;
    const taken = Object.entries(places).filter(([uid, at]) => {
      const item = found.get(uid);
      if (item === undefined) return at > since;
      return kind === 'schedules' ? isKept(item) : isWaiting(item, workspaceUid, at > since ? at : null);
    });
    return Object.fromEntries(taken);
  }

  /** What a workspace had before it had the quota: schedules are listed; runs that waited then are not counted. */
  async function before({ kind, workspaceUid }: CountedKind): Promise<Places> {
    if (kind === 'runs_waiting') return {};
    const listed: Record<string, number> = {};
    for await (const item of table.queryAll({ pk: schedulesOf(workspaceUid), index: 'list' })) {
      listed[new ItemReader(item).text('uid')] = 0;
    }
    return stillTaken({ kind, workspaceUid }, listed);
  }

  async function countPages(workspaceUid: string, day: string, wanted: number, limit: number): Promise<number> {
    const count = async (pages: number) =>
      table.update(keys.pagesOfDay(workspaceUid, day), {
        expression: 'SET expires_at = :expires ADD pages :pages',
        condition: 'attribute_not_exists(pages) OR pages <= :room',
        values: { ':pages': pages, ':room': limit - pages, ':expires': dayEnd(day) / 1_000 + DAY_S },
      });
    for (let left = Math.min(wanted, limit); left > 0;) {
      const { done, item } = await count(left);
      if (done) return left;
      left = Math.min(left - 1, limit - pagesIn(item)); // near the limit fewer are left
    }
    return 0;
  }

  return {
    readQuotas,

    async takePlace(place, limit) {
      const { workspaceUid, kind, uid } = place;
      const key = keys.places(workspaceUid, kind);
      for (let attempt = 0; attempt < PLACE_ATTEMPTS; attempt += 1) {
        const item = await table.get(key, 'strong');
        const read = item === null ? null : new ItemReader(item);
        const stored = read?.stored<Places>('places') ?? (read === null ? await before(place) : {});
        const { [uid]: own, ...others } = stored;
        if (own !== undefined && place.hasEnded !== true) return true;
        const taken = Object.keys(others).length < limit ? others : await stillTaken(place, others);
        if (Object.keys(taken).length >= limit) return false;
        const version = read?.number('version') ?? 0;
        const { done } = await table.put(
          key,
          { places: { ...taken, [uid]: clock.now() }, version: version + 1 },
          version === 0
            ? { expression: 'attribute_not_exists(pk)' }
            : { expression: 'version = :version', values: { ':version': version } },
        );
        if (done) return true;
      }
      throw new EngineError('UNAVAILABLE', 'Too many launches are made at once; try again.', { retryAfterSeconds: 1 });
    },

    async hasPlace(place, limit) {
      const item = await table.get(keys.places(place.workspaceUid, place.kind), 'strong');
      const stored = item === null ? await before(place) : (new ItemReader(item).stored<Places>('places') ?? {});
      const isFull = Object.keys(stored).length >= limit;
      return !isFull || Object.keys(await stillTaken(place, stored)).length < limit;
    },

    takePage(workspaceUid, day, limit) {
      const name = `${workspaceUid} ${day}`;
      return new Promise<boolean>((resolve, reject) => {
        const open = asking.get(name);
        if (open !== undefined) {
          open.asked.push(resolve);
          open.failed.push(reject);
          return;
        }
        const group = { asked: [resolve], failed: [reject] };
        asking.set(name, group);
        clock.after(GATHER_MS, () => {
          asking.delete(name);
          countPages(workspaceUid, day, group.asked.length, limit).then(
            (granted) => group.asked.forEach((answer, at) => answer(at < granted)),
            (error: unknown) => group.failed.forEach((fail) => fail(error)),
          );
        });
      });
    },

    async readPages(workspaceUid, day) {
      return pagesIn(await table.get(keys.pagesOfDay(workspaceUid, day), 'strong'));
    },
  };
}

function pagesIn(item: Item | null): number {
  return new ItemReader(item ?? {}).numberOrNull('pages') ?? 0;
}

/** `takenAt`: when its place was taken, if that was just now; a run that ended before is about to go on. */
function isWaiting(item: Item, workspaceUid: string, takenAt: number | null): boolean {
  const control = presentControl(item);
  if (control === null || control.workspaceUid !== workspaceUid) return false;
  if (hasEnded(control.status)) return control.status !== 'INVALID' && takenAt !== null && takenAt > control.updatedAt;
  return control.startedAt === null && ['CREATED', 'BLOCKED', 'SCHEDULED'].includes(control.status);
}

function isKept(item: Item): boolean {
  return ['ACTIVE', 'PAUSED'].includes(scheduleFromItem(item).status);
}
