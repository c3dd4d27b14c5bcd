import { PROBE_MS, RECEIVER_CHECK_MS, stuckMs } from '../../domain/timing.ts';
import { isNotification, readUid } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import type { CorePorts, Log } from '../ports.ts';
import { probeDelayMs } from '../../domain/receiver.ts';
import type { HeldCallback } from '../stores/receiver-store.ts';
import { isLastChance } from './delivery.ts';
import { nextCheck } from '../runs/check-times.ts';
import { settleAll } from '../settle-all.ts';
import { A_MINUTE, AT_ONCE, releaseDelayMs } from './release-pace.ts';

type ReconcilePorts = Pick<CorePorts, 'clock' | 'log' | 'callbacks' | 'receivers' | 'due' | 'messages' | 'settings'>;

/** How many waiting callbacks one check sends on, spread over the next minute. */
const A_CHECK = A_MINUTE;

/**
 * When to check a receiver again (epoch ms). `hasMore`: it is back and more callbacks wait, so the check may go on now.
 */
export interface NextCheck {
  readonly at: number;
  readonly hasMore: boolean;
}

/**
 * Sends on the callbacks that wait for a receiver. While it is away: a probe when one is due, and callbacks that have
 * waited all their time. Once it is back: all of them, one batch per check. Null: none waits any more.
 */
export async function reconcileReceiver(ports: ReconcilePorts, uid: string): Promise<NextCheck | null> {
  const receiver = await ports.receivers.readReceiver(uid, 'strong');
  const held = await ports.receivers.listHeld(uid, A_CHECK);
  const now = ports.clock.now();
  if (receiver === null || receiver.awaySince === null) {
    await sendOn(ports, uid, held);
    return held.length === A_CHECK ? { at: wholeMinute(now + RECEIVER_CHECK_MS), hasMore: true } : null;
  }
  const [first] = held;
  if (first === undefined) return null; // the next callback that has to wait asks for the next check
  logAbsence(ports.log, uid, receiver.awaySince, held.length);
  const spent = held.filter(({ giveUpAt }) => giveUpAt <= now);
  await sendOn(ports, uid, spent);
  if (now < receiver.probeAt) return { at: receiver.probeAt, hasMore: false };
  const isProbed = await sendProbe(
    ports,
    uid,
    held.filter((one) => one.dueAt <= now && !spent.includes(one)),
  );
  const nextMs = isProbed ? probeDelayMs(receiver.awaySince, now) : PROBE_MS.most;
  return { at: wholeMinute(now + nextMs), hasMore: false };
}

/** The dashboard lists these lines (infra/constructs/dashboard.ts). `held`: callbacks that wait for it, as far as read. */
function logAbsence(log: Pick<Log, 'info'>, uid: string, awaySince: number, held: number): void {
  const [workspaceUid] = uid.split(':');
  log.info('a receiver is away', {
    receiver_uid: uid,
    workspace_uid: workspaceUid,
    away_since: isoOf(awaySince),
    callbacks_waiting: held,
  });
}

/** Rounds up to a whole minute, so that checks of one receiver that several workers ask for share one due entry. */
function wholeMinute(at: number): number {
  return Math.ceil(at / RECEIVER_CHECK_MS) * RECEIVER_CHECK_MS;
}

/** Sends one of the callbacks as the probe. The attempts of some may have been made since; false: those of all. */
async function sendProbe(ports: ReconcilePorts, uid: string, due: readonly HeldCallback[]): Promise<boolean> {
  for (const held of due) {
    await requestChecks(ports, [held]);
    if (await release(ports, uid, held, 0)) return true;
  }
  return false;
}

async function sendOn(ports: ReconcilePorts, uid: string, held: readonly HeldCallback[]): Promise<void> {
  for (let first = 0; first < held.length; first += AT_ONCE) {
    const some = held.slice(first, first + AT_ONCE);
    await requestChecks(ports, some);
    const delayMs = releaseDelayMs(first);
    await settleAll(some.map((one) => release(ports, uid, one, delayMs)));
  }
}

/**
 * Has the runs of these callbacks checked once their messages should have been handled, as a run is not checked while
 * its callbacks wait for a receiver; and notifications themselves.
 */
async function requestChecks(
  ports: Pick<ReconcilePorts, 'clock' | 'due' | 'settings'>,
  held: readonly HeldCallback[],
): Promise<void> {
  const at = nextCheck(ports.clock.now() + RECEIVER_CHECK_MS + stuckMs(ports.settings));
  const checks = held.flatMap(({ uid }) => {
    const about = readUid(uid);
    if (about === null) return [];
    return [isNotification(about) ? (['notification', uid] as const) : (['watch', about.runUid] as const)];
  });
  const wanted = new Map(checks.map(([kind, uid]) => [uid, kind]));
  await settleAll(Array.from(wanted, ([uid, kind]) => ports.due.putDue({ at, kind, uid })));
}

/**
 * Sends a waiting callback on: writes its record, sends its message, then deletes it from the receiver's list. The
 * record then says when it is due, so that it is found if its message is lost; one that has waited all its time keeps
 * `heldSince`, by which that is known. False: its record no longer waits with that attempt.
 */
async function release(ports: ReconcilePorts, receiver: string, held: HeldCallback, delayMs: number): Promise<boolean> {
  const { uid, attempt } = held;
  const record = await ports.callbacks.readRecord(uid);
  let isSent = false;
  if (record?.status === 'PENDING' && record.retryCount === attempt - 1 && record.heldSince !== null) {
    const { status, retryCount, by, workspaceUid } = record;
    const now = ports.clock.now();
    const heldSince = isLastChance(record, now) ? record.heldSince : null;
    const change = { status, retryCount, by, heldSince, nextAttemptAt: now + delayMs };
    isSent = await ports.callbacks.updateRecord(uid, { status, retryCount }, change);
    if (isSent) {
      await ports.messages.send({ kind: 'callback', uid, attempt }, { workspaceUid, delayMs });
    }
  }
  await ports.receivers.deleteHeld(receiver, held);
  return isSent;
}
