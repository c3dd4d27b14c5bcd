import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new temporary folder holding these files, by their path in it. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'trireme-infra-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A folder with an empty bundle of each of these functions: enough to synthesize over. */
export function emptyBundles(names: readonly string[]): string {
  return folderOf(Object.fromEntries(names.map((name) => [`${name}/index.mjs`, 'export const handler = () => {};\n'])));
}
