const BACKOFF_MS = 50;
const BACKOFF_CAP_MS = 2_000;
/** These rounds take about ten seconds; a partition takes 10 MB in that time at its full rate. */
const THROTTLED_ROUNDS = 10;

/** How long to wait after this many rounds that failed, ms. */
export function backoffMs(round: number): number {
  return Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** round);
}

/**
 * Sends entries batch by batch. Once all were sent, the unprocessed ones are sent again, with backoff. A throttled
 * batch counts as unprocessed as a whole. Throws the throttling error once all rounds are used.
 */
export async function sendInBatches<Entry>(
  sleep: (ms: number) => Promise<void>,
  entries: readonly Entry[],
  size: number,
  send: (batch: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<void> {
  let left = entries;
  for (let round = 1; left.length > 0; round += 1) {
    const undone: Entry[] = [];
    for (let at = 0; at < left.length; at += size) {
      const batch = left.slice(at, at + size);
      try {
        undone.push(...(await send(batch)));
      } catch (error) {
        if (!isThrottled(error) || round > THROTTLED_ROUNDS) throw error;
        undone.push(...left.slice(at)); // the other batches would be throttled too
        break;
      }
    }
    left = undone;
    if (left.length > 0) await sleep(backoffMs(round));
  }
}

/** Whether a call was refused because a partition, or the table, is over its rate. */
function isThrottled(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'].includes(error.name)
  );
}
