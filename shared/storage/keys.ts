import { hash } from 'node:crypto';
import { deriveUid, readUid } from '../domain/ids.ts';
import { blockOf, shardOf } from '../domain/input.ts';
import type { LogEntry } from '../domain/log-line.ts';
import type { RateType } from '../domain/token-bucket.ts';
import type { Waiter } from '../engine/stores/admission-store.ts';
import { type DueEntry, DUE_PARTITIONS } from '../engine/stores/due-store.ts';
import type { PaceKey } from '../engine/stores/pace-store.ts';
import type { HeldCallback } from '../engine/stores/receiver-store.ts';
import type { SeatPool } from '../engine/stores/seat-store.ts';

/*
 * All keys of the table: partition key, sort key, content.
 *
 *   R#<run>            DEF                     its definition, which does not change; small inputs within
 *                      CTL                     its control record: status, epoch, reason; listed by the index `list`;
 *                                              all that a deleted run keeps until its expiry
 *                      WIN                     the window of open inputs
 *                      F#<shard>               the shard's failed inputs, each with its counts so far
 *                      O#<epoch>#<part>        a part of the order in which that epoch's retry processes inputs
 *                      N#<run>                 a run that waits until this one ends
 *                      REPLAY                  the replay of its callbacks that is under way
 *                      K#<hash of key>         a request about it whose Idempotency-Key has a stored answer
 *                      C#<ending>              record of a run.finished callback
 *                      C#R#<uid>               record of a replay of such a callback
 *   R#<run>#<shard>    P#<input>#<page>        a page record
 *                      L#<input>#<page>#<at>#… what one call of the action for that page logged
 *   R#<run>#B<block>   IN#<first input>        a chunk of inputs, compressed, or the key of the S3 object that has them
 *                      D#<at>#<id>             deliveries that one invocation logged
 *                      C#<input>#<page>#…      record of a page's or a failed input's callback
 *                      C#R#<uid>               record of a replay of such a callback
 *   S#<schedule>       CTL                     the schedule's status, counts and settings; listed by the index `list`
 *                      DEF#<ref>               what its runs are launched with: parameters, callback, deadline
 *                      IN#<ref>#<first>        a chunk of inputs, compressed
 *                      F#<nominal>             a fire and its outcome; for a trigger #<fire uid> follows
 *   W#<workspace>      PROFILE                 its name
 *                      SLOTS                   the runs that have a slot
 *                      WAIT#<created>#<run>    the runs that wait for a slot
 *                      KEY#<digest>            an API key as release 0.1.0 listed it
 *                      USED                    the day on which each API key was last used
 *                      IDEM#<hash of key>      a request made with an Idempotency-Key
 *                      PACE#<action>[#<hash>]  recent starts of an action that has a pace [of the inputs of one `by`]
 *                      UP#<upload>             an upload, and the run launched from it
 *                      UPLOADS                 uploads that wait for a launch, each with the end of that time
 *                      BULK                    the bulk that is at work, or was last
 *                      RATE#<type>             a token bucket of the API's rate limits
 *                      PLACES#<quota>          what counts against a quota of runs or schedules
 *                      PAGES#<day>             the pages of a day, where the workspace has a quota of them
 *                      USAGE#<day>             the usage of the runs created on that day, and how far they are summed
 *                      MORE#<day>#<run>        what such a run did after its day was summed
 *   LIMITS#<workspace> LIMITS                  its own limits, in a partition that no function may write
 *   KEYS#<workspace>   KEYS                    its API keys, in a partition that only the function workspace may write
 *   CRED#<workspace>   CRED                    its own values of secrets, sealed; only `workspace` may write them
 *   SIGN#<workspace>   SECRETS                 what its signing secrets are derived from, written by that function alone
 *   NOTIFY#<workspace> NOTIFY                  where its notifications go; only `workspace` may write it
 *   N#<event>          C                       record of a notification; listed by the index `list`
 *                      C#R#<uid>               record of a replay of it, listed too
 *   KEY#<digest>       KEY                     an API key, for authentication
 *   NAME#<name>        NAME                    the uid of the workspace of that name
 *   WORKSPACES         <uid>                   all workspaces, for the owner's command line
 *   CURSORKEYS         LIVE                    the keys that sign cursors of live calls
 *   B#<bulk>           CTL                     a bulk: its filter, and how far it has come
 *                      RUNS#<part>             a hundred of its runs
 *   AWAY#<receiver>    STATE                   failures in a row, and whether the receiver counts as away
 *                      H#<due>#<since>#<uid>   a callback deferred until the receiver is back
 *   SEATS              <kind of worker>        the workers taken by slow work, and which workspace has each
 *   DUE#<0–9>          <at>#<kind>#<uid>       what the sweep checks, and when
 *
 * Pages are spread over partitions by shard, so that a large run is not bound to the write rate of one partition.
 * Within a shard, keys sort by input, then page.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const keys = {
  definition: (runUid: string): Key => ({ pk: `R#${runUid}`, sk: 'DEF' }),
  control: (runUid: string): Key => ({ pk: `R#${runUid}`, sk: 'CTL' }),
  window: (runUid: string): Key => ({ pk: `R#${runUid}`, sk: 'WIN' }),
  chunk: (runUid: string, first: number): Key => ({
    pk: blockPartition(runUid, blockOf(first)),
    sk: `${CHUNK_PREFIX}${digits(first, 7)}`,
  }),
  failed: (runUid: string, shard: number): Key => ({
    pk: `R#${runUid}`,
    sk: `${FAILED_PREFIX}${digits(shard, 5)}`,
  }),
  order: (runUid: string, epoch: number, part: number): Key => ({
    pk: `R#${runUid}`,
    sk: `O#${epoch}#${digits(part, 3)}`,
  }),
  dependent: (runUid: string, dependentUid: string): Key => ({
    pk: `R#${runUid}`,
    sk: `${DEPENDENT_PREFIX}${dependentUid}`,
  }),
  replay: (runUid: string): Key => ({ pk: runPartition(runUid), sk: 'REPLAY' }),
  request: (runUid: string, key: string): Key => ({ pk: runPartition(runUid), sk: `${REQUEST_PREFIX}${hashOf(key)}` }),
  pageRecord: (runUid: string, input: number, page: number): Key => ({
    pk: shardPartition(runUid, shardOf(input)),
    sk: `${pageRecordPrefix(input)}${digits(page, 5)}`,
  }),
  logEntry: ({ runUid, input, page, at, by }: Pick<LogEntry, 'runUid' | 'input' | 'page' | 'at' | 'by'>): Key => ({
    pk: shardPartition(runUid, shardOf(input)),
    sk: `${logPrefix(input)}${digits(page, 5)}#${digits(at, 13)}#${by}`,
  }),
  deliveries: (runUid: string, block: number, at: number, id: string): Key => ({
    pk: blockPartition(runUid, block),
    sk: `D#${digits(at, 13)}#${id}`,
  }),
  schedule: (uid: string): Key => ({ pk: schedulePartition(uid), sk: 'CTL' }),
  scheduleDefinition: (uid: string, ref: string): Key => ({
    pk: schedulePartition(uid),
    sk: `${DEFINITION_PREFIX}${ref}`,
  }),
  scheduleChunk: (uid: string, ref: string, first: number): Key => ({
    pk: schedulePartition(uid),
    sk: `${scheduleChunkPrefix(ref)}${digits(first, 7)}`,
  }),
  fire: (uid: string, nominalAt: number): Key => ({
    pk: schedulePartition(uid),
    sk: `${FIRE_PREFIX}${digits(nominalAt, 13)}`,
  }),
  trigger: (uid: string, at: number, fireUid: string): Key => ({
    pk: schedulePartition(uid),
    sk: `${FIRE_PREFIX}${digits(at, 13)}#${fireUid}`,
  }),
  profile: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'PROFILE' }),
  limits: (workspaceUid: string): Key => ({ pk: `LIMITS#${workspaceUid}`, sk: 'LIMITS' }),
  credentials: (workspaceUid: string): Key => ({ pk: `CRED#${workspaceUid}`, sk: 'CRED' }),
  notificationSetting: (workspaceUid: string): Key => ({ pk: `NOTIFY#${workspaceUid}`, sk: 'NOTIFY' }),
  slots: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'SLOTS' }),
  waiter: (workspaceUid: string, { createdAt, runUid }: Waiter): Key => ({
    pk: `W#${workspaceUid}`,
    sk: `${WAITER_PREFIX}${digits(createdAt, 13)}#${runUid}`,
  }),
  rate: (workspaceUid: string, type: RateType): Key => ({ pk: `W#${workspaceUid}`, sk: `RATE#${type}` }),
  pace: ({ workspaceUid, actionName, part }: PaceKey): Key => ({
    pk: `W#${workspaceUid}`,
    sk: `PACE#${actionName}${part === null ? '' : `#${hashOf(part)}`}`,
  }),
  idempotency: (workspaceUid: string, key: string): Key => requestKey(workspaceUid, hashOf(key)),
  places: (workspaceUid: string, quota: string): Key => ({ pk: `W#${workspaceUid}`, sk: `PLACES#${quota}` }),
  pagesOfDay: (workspaceUid: string, day: string): Key => ({ pk: `W#${workspaceUid}`, sk: `PAGES#${day}` }),
  usageOfDay: (workspaceUid: string, day: string): Key => ({ pk: `W#${workspaceUid}`, sk: `${USAGE_PREFIX}${day}` }),
  usageBeyondDay: (workspaceUid: string, day: string, runUid: string): Key => ({
    pk: `W#${workspaceUid}`,
    sk: `${MORE_PREFIX}${day}#${runUid}`,
  }),
  bulk: (uid: string): Key => ({ pk: `B#${uid}`, sk: 'CTL' }),
  bulkPart: (uid: string, number: number): Key => ({ pk: `B#${uid}`, sk: `RUNS#${digits(number, 6)}` }),
  bulkTurn: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'BULK' }),
  uploadPlaces: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'UPLOADS' }),
  upload: (workspaceUid: string, uid: string): Key => ({ pk: `W#${workspaceUid}`, sk: `UP#${uid}` }),
  workspaceKey: (workspaceUid: string, digest: string): Key => ({ pk: `W#${workspaceUid}`, sk: `KEY#${digest}` }),
  keyUse: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'USED' }),
  signingSecrets: (workspaceUid: string): Key => ({ pk: `SIGN#${workspaceUid}`, sk: 'SECRETS' }),
  keySet: (workspaceUid: string): Key => ({ pk: `KEYS#${workspaceUid}`, sk: 'KEYS' }),
  apiKey: (digest: string): Key => ({ pk: `KEY#${digest}`, sk: 'KEY' }),
  workspaceName: (name: string): Key => ({ pk: `NAME#${name}`, sk: 'NAME' }),
  listedWorkspace: (uid: string): Key => ({ pk: WORKSPACES_PARTITION, sk: uid }),
  seats: (pool: SeatPool): Key => ({ pk: 'SEATS', sk: pool }),
  cursorKeys: (): Key => ({ pk: 'CURSORKEYS', sk: 'LIVE' }),
  receiver: (receiver: string): Key => ({ pk: receiverPartition(receiver), sk: 'STATE' }),
  held: (receiver: string, { dueAt, heldAt, uid }: HeldCallback): Key => ({
    pk: receiverPartition(receiver),
    sk: `${HELD_PREFIX}${digits(dueAt, 13)}#${digits(heldAt, 13)}#${uid}`,
  }),
  due: ({ at, kind, uid }: DueEntry): Key => ({
    pk: duePartition(partitionOf(uid)),
    sk: `${digits(at, 13)}#${kind}#${uid}`,
  }),
} as const;

export const REQUEST_PREFIX = 'K#';
export const USAGE_PREFIX = 'USAGE#';
export const MORE_PREFIX = 'MORE#';
export const WORKSPACES_PARTITION = 'WORKSPACES';
export const WAITER_PREFIX = 'WAIT#';
export const DEFINITION_PREFIX = 'DEF#';
export const FIRE_PREFIX = 'F#';
export const FAILED_PREFIX = 'F#';
export const DEPENDENT_PREFIX = 'N#';
export const CHUNK_PREFIX = 'IN#';
export const DELIVERY_PREFIX = 'D#';
export const RECORD_PREFIX = 'C#';
const REPLAY_PREFIX = `${RECORD_PREFIX}R#`;
export const PAGE_PREFIX = 'P#';
export const LOG_PREFIX = 'L#';
export const HELD_PREFIX = 'H#';

export function runPartition(runUid: string): string {
  return `R#${runUid}`;
}

export function schedulePartition(uid: string): string {
  return `S#${uid}`;
}

/** The key of the row of an Idempotency-Key, by the hash with which it is noted at a run. */
export function requestKey(workspaceUid: string, keyHash: string): Key {
  return { pk: `W#${workspaceUid}`, sk: `IDEM#${keyHash}` };
}

/** Beginning of the sort keys of a schedule's inputs stored under that reference. */
export function scheduleChunkPrefix(ref: string): string {
  return `${CHUNK_PREFIX}${ref}#`;
}

export function shardPartition(runUid: string, shard: number): string {
  return `R#${runUid}#${shard}`;
}

export function blockPartition(runUid: string, block: number): string {
  return `R#${runUid}#B${block}`;
}

/** Beginning of the sort keys of an input's page records. */
export function pageRecordPrefix(input: number): string {
  return `${PAGE_PREFIX}${digits(input, 7)}#`;
}

/** Beginning of the sort keys of what was logged for an input. */
export function logPrefix(input: number): string {
  return `${LOG_PREFIX}${digits(input, 7)}#`;
}

/** The key of a callback record, derived from its uid. Null for a uid that is not a callback's. */
export function recordKey(uid: string): Key | null {
  const parts = readUid(uid);
  switch (parts?.kind) {
    case 'page':
    case 'input_failed': {
      const { runUid, input, page, part, ending, kind } = parts;
      const place = `${digits(input, 7)}#${digits(page, 5)}#${digits(part, 2)}#${kind}#${ending}`;
      return { pk: blockPartition(runUid, blockOf(input)), sk: `${RECORD_PREFIX}${place}` };
    }
    case 'run_finished':
      return { pk: runPartition(parts.runUid), sk: `${RECORD_PREFIX}${digits(parts.ending, 2)}` };
    case 'replay':
      return { pk: blockPartition(parts.runUid, blockOf(parts.input)), sk: `${REPLAY_PREFIX}${uid}` };
    case 'finished_replay':
      return { pk: runPartition(parts.runUid), sk: `${REPLAY_PREFIX}${uid}` };
    case 'notification':
      return { pk: notificationPartition(uid), sk: 'C' };
    case 'notification_replay':
      return { pk: notificationPartition(deriveUid(parts.runUid, 'notification')), sk: `${REPLAY_PREFIX}${uid}` };
    case 'run':
    case 'input':
    case 'chunk':
    case undefined:
      return null;
  }
}

/** The partition of a notification and its replays. */
export function notificationPartition(uid: string): string {
  return `N#${uid}`;
}

export function receiverPartition(receiver: string): string {
  return `AWAY#${receiver}`;
}

export function duePartition(partition: number): string {
  return `DUE#${partition}`;
}

/** Upper bound of the sort keys of everything due at or before `now`. */
export function dueUntil(now: number): string {
  return `${digits(now + 1, 13)}#`;
}

/** The partition of the index `list` that holds a workspace's runs. */
export function runsOf(workspaceUid: string): string {
  return `W#${workspaceUid}#R`;
}

/** The partition of the index `list` that holds a workspace's schedules. */
export function schedulesOf(workspaceUid: string): string {
  return `W#${workspaceUid}#S`;
}

/** The partition of the index `list` that holds a workspace's notifications. */
export function notificationsOf(workspaceUid: string): string {
  return `W#${workspaceUid}#N`;
}

/** The sort key of the index `list`: time of creation, then uid. */
export function listedAt(createdAt: number, uid: string): string {
  return `${digits(createdAt, 13)}#${uid}`;
}

function partitionOf(uid: string): number {
  return hash('sha256', uid, 'buffer').readUInt32BE(0) % DUE_PARTITIONS;
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
