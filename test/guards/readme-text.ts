import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const README = join(ROOT, 'README.md');

export function readReadme(): string {
  return readFileSync(README, 'utf8');
}

/** The fenced block whose first line names this file, as `// functions/actions/list-releases.ts`. */
export function codeOf(file: string): string {
  for (const [, code = ''] of readReadme().matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    if (code.startsWith(`// ${file}\n`)) return code;
  }
  throw new Error(`README.md has no block of code that begins with "// ${file}"`);
}

/** All lines of the shell blocks, with continued lines joined. */
export function shellLines(): readonly string[] {
  const blocks = Array.from(readReadme().matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm), ([, code = '']) => code);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).filter((line) => line.trim() !== '');
}

/** What stands between `<!-- drawn: NAME -->` and `<!-- end: NAME -->`. */
export function drawnBlock(name: string): string {
  const found = pattern(name).exec(readReadme())?.[1];
  if (found === undefined) throw new Error(`README.md has no block "<!-- drawn: ${name} -->"`);
  return found.trim();
}

/** Writes such a block anew; for UPDATE_README=1. */
export function redraw(name: string, text: string): void {
  const around = `<!-- drawn: ${name} -->\n${text}\n<!-- end: ${name} -->`;
  writeFileSync(
    README,
    readReadme().replace(pattern(name), () => around),
  );
}

function pattern(name: string): RegExp {
  return new RegExp(`<!-- drawn: ${name} -->([\\s\\S]*?)<!-- end: ${name} -->`);
}
