import { setTimeout as pause } from 'node:timers/promises';

/**
 * Fetches, and where a limit on calls refuses it, comes back when it is told to, as a client should: a test of something
 * else is not to fail because the machine is fast. What an upstream or an action's pace refuses is given as it came.
 */
export async function fetchPatiently(...request: Parameters<typeof fetch>): Promise<Response> {
  for (;;) {
    const response = await fetch(...request);
    if (!isOverALimit(response)) return response;
    await response.body?.cancel();
    await pause(Number(response.headers.get('retry-after')) * 1_000);
  }
}

/** A call that was refused before it was looked at: its workspace has none left, or its key was not even read. */
function isOverALimit({ status, headers }: Response): boolean {
  const remaining = headers.get('x-ratelimit-remaining');
  return status === 429 && headers.has('retry-after') && (remaining === null || remaining === '0');
}
