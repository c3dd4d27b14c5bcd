import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleFunctions } from '../../infra/bundle.ts';
import { type Figure, percentile, type Progress, type Report } from './report.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const IMPORTS = 7;
const KB = 1_024;

/** Size of each function's bundle and how long a new process takes to import it. */
export async function benchBundles(progress: Progress): Promise<Report> {
  const outDir = await mkdtemp(join(tmpdir(), 'trireme-bench-'));
  try {
    progress('bundling');
    const { functions } = await bundleFunctions({ root: ROOT, outDir });
    const empty = join(outDir, 'empty.mjs');
    await writeFile(empty, 'export const handler = null;\n');
    const baseline = await importMs(empty);
    const figures: Figure[] = [];
    for (const { name, file, bytes } of functions) {
      progress(name);
      figures.push(
        { what: `${name}: size`, value: bytes / KB, unit: 'KB', target: { atMost: 650 } },
        { what: `${name}: import`, value: await importMs(file), unit: 'ms', target: { atMost: 100 }, baseline },
      );
    }
    return {
      title: 'Bundles',
      notes: [`Minified; import in a new process, median of ${IMPORTS}. Baseline: a module that holds nothing.`],
      figures,
    };
  } finally {
    await rm(outDir, { recursive: true });
  }
}

async function importMs(file: string): Promise<number> {
  const code = `const at = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - at);`;
  const times: number[] = [];
  for (let round = 0; round < IMPORTS; round += 1) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code]);
    times.push(Number(stdout));
  }
  return percentile(times, 0.5);
}
