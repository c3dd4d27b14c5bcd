import type { ReadPorts, Run } from './read-ports.ts';

/** The action's cursor after the page of a live call that was handed over; null where there is none, or none yet. */
export async function readNextCursor(
  ports: Pick<ReadPorts, 'progress'>,
  { control, definition }: Run,
): Promise<string | null> {
  if (definition.livePage === null || control.mode === 'LIVE') return null;
  const pageRecord = await ports.progress.readPageRecord(control.uid, 0, 0);
  return pageRecord?.outcome.kind === 'RESULT' ? pageRecord.outcome.nextCursor : null;
}
