import { SOONEST_CHECK_MS } from '../../domain/timing.ts';
import { resendIfLate } from '../callbacks/resend-late.ts';
import type { CorePorts } from '../ports.ts';
import type { DueEntry } from '../stores/due-store.ts';

/** Checks a notification: sends it again if its message was lost, and puts the next check until it is over. */
export async function checkNotification(ports: CorePorts, { kind, uid }: DueEntry): Promise<void> {
  const record = await ports.callbacks.readRecord(uid);
  const againAt = record === null ? null : await resendIfLate(ports, record);
  if (againAt === null) return;
  await ports.due.putDue({ at: Math.max(againAt, ports.clock.now() + SOONEST_CHECK_MS), kind, uid });
}
