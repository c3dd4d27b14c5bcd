import { SeededRandom } from '../random.ts';
import type { Step } from '../step.ts';
import { SECRET_NAMES } from './secret-names.ts';

/** The calls by which workspaces set and delete secrets of their own; null: in this history no action asks for any. */
export function drawSecrets(
  seed: number,
  { workspaces, stormMs, share }: { readonly workspaces: number; readonly stormMs: number; readonly share: number },
): readonly Step[] | null {
  const random = new SeededRandom(seed, 'credentials');
  if (!random.happens(share)) return null;
  const steps: Step[] = [];
  const calls = random.int(2, 10);
  for (let call = 0; call < calls; call += 1) {
    const at = random.int(0, random.happens(0.5) ? 1_000 : Math.round(stormMs / 2));
    const workspace = random.int(0, workspaces - 1);
    const value = random.happens(0.2) ? null : `of workspace ${workspace}, ${call}`;
    steps.push({ kind: 'secret', at, workspace, name: random.pick(SECRET_NAMES), value });
    // Another of the same workspace at the same moment: neither may be lost.
    if (random.happens(0.4)) {
      steps.push({
        kind: 'secret',
        at,
        workspace,
        name: random.pick(SECRET_NAMES),
        value: `of workspace ${workspace}, also ${call}`,
      });
    }
  }
  return steps;
}
