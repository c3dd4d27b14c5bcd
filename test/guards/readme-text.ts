import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Folders with files that nobody here wrote. */
const NOT_OURS: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', 'cdk.out', '.trireme']);

/** Every markdown file of the project, by its path from the root. */
export const DOCUMENTS: readonly string[] = listDocuments(ROOT).toSorted();

function listDocuments(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listDocuments(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path)] : [];
  });
}

/** The text of a document. */
export function readDocument(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}

/** The fenced block of a document whose first line names this file, as `// functions/actions/list-releases.ts`. */
export function codeOf(document: string, file: string): string {
  for (const [, code = ''] of readDocument(document).matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    if (code.startsWith(`// ${file}\n`)) return code;
  }
  throw new Error(`${document} has no block of code that begins with "// ${file}"`);
}

/** All lines of a document's shell blocks, with continued lines joined. */
export function shellLines(document: string): readonly string[] {
  const blocks = Array.from(readDocument(document).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm), ([, code = '']) => code);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).filter((line) => line.trim() !== '');
}

/** The nth shell block of a section, named by its heading, as it is to be pasted. */
export function shellBlock(document: string, heading: string, nth: number): string {
  const [, section = ''] = readDocument(document).split(`\n## ${heading}\n`);
  const [own = ''] = section.split(/^## /m);
  const found = Array.from(own.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm), ([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )[nth];
  if (found === undefined) throw new Error(`${document} has no shell block ${nth} under "${heading}"`);
  return found;
}

/** What a document has between `<!-- drawn: NAME -->` and `<!-- end: NAME -->`. */
export function drawnBlock(document: string, name: string): string {
  const found = pattern(name).exec(readDocument(document))?.[1];
  if (found === undefined) throw new Error(`${document} has no block "<!-- drawn: ${name} -->"`);
  return found.trim();
}

/** Writes such a block anew; for UPDATE_README=1. */
export function redraw(document: string, name: string, text: string): void {
  const around = `<!-- drawn: ${name} -->\n${text}\n<!-- end: ${name} -->`;
  writeFileSync(
    join(ROOT, document),
    readDocument(document).replace(pattern(name), () => around),
  );
}

function pattern(name: string): RegExp {
  return new RegExp(`<!-- drawn: ${name} -->([\\s\\S]*?)<!-- end: ${name} -->`);
}
