import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/** Takes a deleted run off the index, unless its usage is still to be summed: then whoever sums it does. */
export async function unlistSummed(
  { runs, usage }: Pick<CorePorts, 'runs' | 'usage'>,
  { uid, workspaceUid, createdAt }: RunControl,
): Promise<void> {
  const through = (await usage.readLatestDay(workspaceUid))?.through;
  if (through === undefined || through.createdAt < createdAt) return;
  if (through.createdAt === createdAt && through.uid < uid) return;
  await runs.unlist(uid);
}
