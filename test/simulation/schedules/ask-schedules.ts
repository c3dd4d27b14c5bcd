import { bodyOf, callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import type { ScheduleTruth } from './schedule-truth.ts';

/** What a caller is told of a schedule in the calm. */
export interface ToldSchedule {
  readonly name: string;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly status: number | null;
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Reads each schedule whose uid was told. */
export async function askSchedules(
  stage: Stage,
  deployment: Deployment,
  callers: readonly { readonly truth: ScheduleTruth }[],
): Promise<readonly ToldSchedule[]> {
  const told: ToldSchedule[] = [];
  for (const { truth } of callers) {
    const { uid, workspace, name } = truth;
    if (uid === null) continue;
    const sentAt = stage.timeline.now();
    const path = `/v1/schedules/${uid}`;
    const answer = await callApi(stage, deployment, { function: 'schedules', workspace, method: 'GET', path });
    const body = answer === null ? null : bodyOf(answer);
    told.push({ name, sentAt, endedAt: stage.timeline.now(), status: answer?.statusCode ?? null, body });
  }
  return told;
}
