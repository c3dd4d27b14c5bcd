import { scheduleView } from '../../../shared/api/schedules/view.ts';
import type { Schedule, ScheduleDefinition } from '../../../shared/domain/schedule.ts';
import type { Clock } from '../../../shared/engine/ports.ts';
import type { ScheduleStore } from '../../../shared/engine/schedules/schedule-ports.ts';
import { settleAll } from '../../../shared/engine/settle-all.ts';

/** How many inputs a schedule's answer shows; `GET …/inputs` lists all. */
const SHOWN = 100;

export interface ReplyPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly schedules: Pick<ScheduleStore, 'readSchedule' | 'readDefinition' | 'readInputs'>;
}

/** A schedule in the form of the answer, with its first inputs. `known`: its definition, if already read. */
export async function showSchedule(
  ports: ReplyPorts,
  schedule: Schedule,
  known: ScheduleDefinition | null = null,
): Promise<ReturnType<typeof scheduleView>> {
  const { uid, definitionRef, inputsRef } = schedule;
  const [definition, inputs] = await settleAll([
    known ?? ports.schedules.readDefinition(uid, definitionRef),
    ports.schedules.readInputs(uid, inputsRef, 0, SHOWN),
  ]);
  if (definition !== null) return scheduleView(schedule, definition, inputs, ports.clock.now());
  const stored = await ports.schedules.readSchedule(uid);
  if (stored === null || stored.definitionRef === definitionRef) {
    throw new Error(`Schedule ${uid} lacks its definition ${definitionRef}.`);
  }
  return showSchedule(ports, stored);
}
