import { Lru } from '../../shared/process/lru.ts';
import { loggedOf, type Step } from './api-call.ts';
import type { Log } from '../../shared/engine/ports.ts';

/** Notes the day on which a key is used, epoch ms of its beginning, unless it is noted already. */
export type NoteUse = (workspaceUid: string, keyUid: string, day: number) => Promise<void>;

const DAY_MS = 86_400_000;
/** Keys that a process remembers. */
const REMEMBERED_KEYS = 1_000;

/**
 * Notes once a day and process that the key of the call is in use. A call does not fail where that fails: the next one
 * tries again.
 */
export function noteUse(ports: {
  readonly noteUse: NoteUse;
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
}): Step<'event' | 'caller'> {
  const noted = new Lru<number>(REMEMBERED_KEYS);
  return {
    before: async ({ event: call }) => {
      if (call.caller === null) return;
      const { workspaceUid, keyUid } = call.caller;
      const day = Math.floor(ports.now() / DAY_MS) * DAY_MS;
      if (noted.get(keyUid) === day) return;
      noted.set(keyUid, day);
      await ports.noteUse(workspaceUid, keyUid, day).catch((error: unknown) => {
        noted.delete(keyUid);
        const stack = error instanceof Error ? error.stack : String(error);
        ports.log.warn('the use of a key could not be noted', { ...loggedOf(call), stack });
      });
    },
  };
}
