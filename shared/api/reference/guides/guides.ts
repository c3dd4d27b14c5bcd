import { guideToErrors } from './errors-and-limits.ts';
import { guideFromEdges } from './from-edges.ts';
import type { GuideFacts } from './guide-facts.ts';
import { guideToCallbacks } from './receive-callbacks.ts';
import { guideToSchedules } from './use-schedules.ts';
import { guideToStart } from './start.ts';

/** All guides, in the order in which a newcomer needs them. */
export const GUIDES: readonly {
  readonly id: string;
  readonly title: string;
  readonly write: (facts: GuideFacts) => string;
}[] = [
  { id: 'start', title: 'Start', write: guideToStart },
  { id: 'receive-callbacks', title: 'Receive callbacks', write: guideToCallbacks },
  { id: 'use-schedules', title: 'Schedules', write: guideToSchedules },
  { id: 'errors-and-limits', title: 'Errors and limits', write: guideToErrors },
  { id: 'from-edges', title: "From Edges' API to this one", write: guideFromEdges },
];
