import { hash } from 'node:crypto';
import { readUid } from '../domain/ids.ts';
import { blockOf, shardOf } from '../domain/input.ts';
import type { RateType } from '../domain/token-bucket.ts';
import {
  type DueEntry,
  DUE_PARTITIONS,
  type HeldCallback,
  type PaceKey,
  type SeatPool,
  type Waiter,
} from '../engine/stores.ts';

/*
 * Every key of the one table.
 *
 *   R#<run>            DEF                     what never changes, small inputs within
 *                      CTL                     what moves: status, epoch, reason; listed by the index `list`
 *                      WIN                     the window of open inputs
 *                      F#<shard>               which of the shard's inputs failed, and what they had recorded
 *                      O#<epoch>#<part>        a part of the order of that epoch's retry
 *                      N#<run>                 a run that waits for this one's end
 *                      REPLAY                  the replay of its callbacks that is under way
 *                      C#<ending>              record of a run.finished
 *                      C#R#<uid>               record of a replay of one
 *   R#<run>#<shard>    P#<input>#<page>        a page record
 *   R#<run>#B<block>   IN#<first input>        a chunk of inputs, compressed, or which object has them
 *                      D#<at>#<id>             deliveries, as one invocation logged them
 *                      C#<input>#<page>#…      record of a page's or a failed input's callback
 *                      C#R#<uid>               record of a replay of one
 *   S#<schedule>       CTL                     what moves of a schedule; listed by the index `list`
 *                      DEF#<ref>               what its runs are made of
 *                      IN#<ref>#<first>        a chunk of inputs, compressed
 *                      F#<nominal>             a time and what came of it; of a trigger, with #<fire> behind
 *   W#<workspace>      PROFILE                 its name
 *                      SLOTS                   runs at work
 *                      WAIT#<created>#<run>    runs in line
 *                      KEY#<digest>            an API key, for listing
 *                      IDEM#<hash of key>      a request made under an Idempotency-Key
 *                      PACE#<action>[#<hash>]  what the pace of an action has seen; behind it, of inputs of which key
 *                      UP#<upload>             an upload, and the run it made
 *                      UPLOADS                 uploads that wait for a launch, each with its end
 *                      RATE#<type>             a token bucket of the API
 *   LIMITS#<workspace> LIMITS                  its own limits, in a partition that no function writes to
 *   KEY#<digest>       KEY                     the same, for authentication
 *   NAME#<name>        NAME                    a workspace's uid by its name
 *   WORKSPACES         <uid>                   all of them, for the owner's command line
 *   CURSORKEYS         LIVE                    the keys that sign cursors of live calls
 *   AWAY#<receiver>    STATE                   failures in a row, and whether the receiver is taken for away
 *                      H#<due>#<held>#<uid>    a callback that is held until it is back
 *   SEATS              <kind of worker>        which workers are held by work that takes long, and by whose
 *   DUE#<0–9>          <at>#<kind>#<uid>       what the sweeper looks at when
 *
 * A run's pages lie by shard, so a large run spreads over partitions; within one, keys sort in input, then page order.
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
  pageRecord: (runUid: string, input: number, page: number): Key => ({
    pk: shardPartition(runUid, shardOf(input)),
    sk: `${pageRecordPrefix(input)}${digits(page, 5)}`,
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
  idempotency: (workspaceUid: string, key: string): Key => ({
    pk: `W#${workspaceUid}`,
    sk: `IDEM#${hashOf(key)}`,
  }),
  uploadPlaces: (workspaceUid: string): Key => ({ pk: `W#${workspaceUid}`, sk: 'UPLOADS' }),
  upload: (workspaceUid: string, uid: string): Key => ({ pk: `W#${workspaceUid}`, sk: `UP#${uid}` }),
  workspaceKey: (workspaceUid: string, digest: string): Key => ({ pk: `W#${workspaceUid}`, sk: `KEY#${digest}` }),
  apiKey: (digest: string): Key => ({ pk: `KEY#${digest}`, sk: 'KEY' }),
  workspaceName: (name: string): Key => ({ pk: `NAME#${name}`, sk: 'NAME' }),
  listedWorkspace: (uid: string): Key => ({ pk: 'WORKSPACES', sk: uid }),
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
export const HELD_PREFIX = 'H#';

export function runPartition(runUid: string): string {
  return `R#${runUid}`;
}

export function schedulePartition(uid: string): string {
  return `S#${uid}`;
}

/** Beginning of the sort keys of a schedule's inputs of that name. */
export function scheduleChunkPrefix(ref: string): string {
  return `${CHUNK_PREFIX}${ref}#`;
}

export function shardPartition(runUid: string, shard: number): string {
  return `R#${runUid}#${shard}`;
}

export function blockPartition(runUid: string, block: number): string {
  return `R#${runUid}#B${block}`;
}

/** Beginning of the sort keys of an input's slots. */
export function pageRecordPrefix(input: number): string {
  return `${PAGE_PREFIX}${digits(input, 7)}#`;
}

/** Where a callback record lies: its own uid says it. Null for a uid that names no callback. */
export function recordKey(uid: string): Key | null {
  const about = readUid(uid);
  switch (about?.kind) {
    case 'page':
    case 'input_failed': {
      const { runUid, input, page, part, ending, kind } = about;
      const place = `${digits(input, 7)}#${digits(page, 5)}#${digits(part, 2)}#${kind}#${ending}`;
      return { pk: blockPartition(runUid, blockOf(input)), sk: `${RECORD_PREFIX}${place}` };
    }
    case 'run_finished':
      return { pk: runPartition(about.runUid), sk: `${RECORD_PREFIX}${digits(about.ending, 2)}` };
    case 'replay':
      return { pk: blockPartition(about.runUid, blockOf(about.input)), sk: `${REPLAY_PREFIX}${uid}` };
    case 'finished_replay':
      return { pk: runPartition(about.runUid), sk: `${REPLAY_PREFIX}${uid}` };
    case 'run':
    case 'input':
    case 'chunk':
    case undefined:
      return null;
  }
}

export function receiverPartition(receiver: string): string {
  return `AWAY#${receiver}`;
}

export function duePartition(partition: number): string {
  return `DUE#${partition}`;
}

/** Sort keys up to and with everything due at an instant. */
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
