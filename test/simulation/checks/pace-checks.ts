import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import { PACE, PACED_ACTION } from '../upstream.ts';

/** Calls of the paced action that are closer together than its pace allows, in each workspace. */
export function brokenPaces(records: Records, truth: Truth): readonly string[] {
  const starts = new Map<string, number[]>();
  for (const { runUid, at } of truth.pages) {
    const definition = records.definition(runUid);
    if (definition?.actionName !== PACED_ACTION) continue;
    const { workspaceUid } = definition;
    starts.set(workspaceUid, [...(starts.get(workspaceUid) ?? []), at]);
  }
  return Array.from(starts, ([workspace, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return sorted.flatMap((at, index) => [
      ...tooSoon(workspace, at, sorted[index - 1], PACE.minGapMs),
      ...tooSoon(workspace, at, sorted[index - PACE.calls], PACE.perMs),
    ]);
  }).flat();
}

function tooSoon(workspace: string, at: number, before: number | undefined, apart: number): readonly string[] {
  if (before === undefined || at - before >= apart) return [];
  return [`workspace ${workspace}: calls at ${before} and ${at} are less than ${apart} ms apart`];
}
