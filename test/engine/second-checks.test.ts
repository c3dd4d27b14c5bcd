import { expect, test } from 'vitest';
import { admitRun } from '../../shared/engine/runs/admit-run.ts';
import { dependenciesMet } from '../../shared/engine/runs/await-dependencies.ts';
import { createEngineHarness } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const GOOD = { pages: 1, per_page: 1 };

function makeHarness() {
  return createEngineHarness({ actions: [createSampleActions().numberedPages] });
}

test('a slot that is freed while a run joins the line is given to it at once', async () => {
  const harness = makeHarness();
  const { admission } = harness.ports;
  const { definition, control } = await harness.launch({ inputs: [GOOD] });
  const { workspaceUid } = definition;
  for (let run = 0; run < 10; run += 1) await admission.takeSlot(workspaceUid, `other ${run}`, 1);
  const ports = {
    ...harness.ports,
    admission: {
      ...admission,
      // Between its look at the slots and its place in the line, another run ends and finds nobody waiting.
      addWaiter: async (...waiter: Parameters<typeof admission.addWaiter>) => {
        await admission.releaseSlot(workspaceUid, 'other 0', 1);
        await admission.addWaiter(...waiter);
      },
    },
  };
  const stored = { limits: await admission.readLimits(workspaceUid), waiting: null };
  await admitRun(ports, control, definition, stored, async () => undefined);
  expect((await harness.ports.runs.readControl(control.uid))?.status).toBe('QUEUED');
  expect(await admission.oldestWaiter(workspaceUid)).toBeNull();
});

test('a run sees the end of one it depends on that comes while it notes that it waits', async () => {
  const harness = makeHarness();
  const { runs } = harness.ports;
  const first = await harness.launch({ inputs: [GOOD] });
  const dependsOn = [{ uid: first.control.uid, require: 'finish' as const }];
  const second = await harness.launch({ inputs: [GOOD], dependsOn });
  const ports = {
    ...harness.ports,
    runs: {
      ...runs,
      // Whoever ends it has looked for those that wait already, and found none.
      addDependent: async (...dependent: Parameters<typeof runs.addDependent>) => {
        await runs.moveRun(first.control.uid, 'fail', first.control.epoch, { now: harness.now(), reason: null });
        await runs.addDependent(...dependent);
      },
    },
  };
  expect(await dependenciesMet(ports, second.control, second.definition)).toBe(true);
});
