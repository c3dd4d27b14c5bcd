import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFunctionNames } from '../../bundle.ts';
import type { StageSettings } from '../../settings.ts';
import { withoutFolders } from './kept-stacks.ts';
import type { StoredStack } from './kept-stacks.ts';
import { synthesizeLocalStack } from './synthesize-stack.ts';

/**
 * Synthesizes the stack while its functions are still being bundled. It stands over one small file for each function:
 * the CDK names a folder by what is in it, and reads nothing else of it. `settings` override some of the stage's.
 */
export async function synthesizeOver(root: string, settings: Partial<StageSettings>): Promise<StoredStack> {
  const folder = mkdtempSync(join(tmpdir(), 'trireme-functions-'));
  try {
    for (const name of await findFunctionNames(root)) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), name);
    }
    return withoutFolders(synthesizeLocalStack(folder, settings));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
