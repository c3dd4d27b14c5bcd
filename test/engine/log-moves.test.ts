import { describe, expect, it } from 'vitest';
import type { Log } from '../../shared/engine/ports.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ONE = [{ pages: 2, per_page: 1 }];
const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';

function createLogged() {
  const lines: Record<string, unknown>[] = [];
  const ignored = () => undefined;
  const log: Log = {
    debug: ignored,
    info: (message, data) => void lines.push({ message, ...data }),
    warn: ignored,
    error: ignored,
  };
  const harness = createEngineHarness({ actions: [numberedPages], log });
  const linesOf = (message: string) => lines.filter((line) => line['message'] === message);
  return { harness, linesOf };
}

describe('a run logs', () => {
  it('its end, once', async () => {
    const { harness, linesOf } = createLogged();
    const { definition } = await harness.launch({ inputs: [...ONE, ...ONE, ...ONE] });
    await harness.runUntil(START + HOUR_MS);
    expect(linesOf('a run ended')).toEqual([
      {
        message: 'a run ended',
        run_uid: definition.uid,
        workspace_uid: WORKSPACE,
        action: numberedPages.name,
        status: 'SUCCEEDED',
        reason: null,
        label: null,
        pages: 6,
        duration_ms: expect.any(Number),
      },
    ]);
  });

  it('what it waits for, when it begins to and at each check', async () => {
    const { harness, linesOf } = createLogged();
    const later = await harness.launch({ inputs: ONE, scheduleAt: START + HOUR_MS });
    const dependsOn = [{ uid: later.definition.uid, require: 'success' as const }];
    const { definition } = await harness.launch({ inputs: ONE, dependsOn });
    await harness.runUntil(START + HOUR_MS - 1);
    const waits = linesOf('a run waits').filter((line) => line['run_uid'] === definition.uid);
    expect(waits[0]).toMatchObject({ workspace_uid: WORKSPACE, status: 'BLOCKED', reason: 'DEPENDENCY' });
    expect(waits.length).toBeGreaterThan(8); // every five to ten minutes
    expect(waits.length).toBeLessThanOrEqual(14);
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(linesOf('a run ended')).toHaveLength(2);
  });
});
