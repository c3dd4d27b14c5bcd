import { readFile } from 'node:fs/promises';
import type { PlantedBug } from './planted-bug.ts';

/** Words of a line: what a rename changes one by one, so that the line it came from is still the most alike. */
function wordsOf(line: string): ReadonlySet<string> {
  return new Set(line.match(/[A-Za-z]+|[^\sA-Za-z]/g) ?? []);
}

/** The line of a source that has most in common with a text, and its number from 1. */
function mostAlike(source: string, text: string): { readonly number: number; readonly line: string } {
  const wanted = wordsOf(text);
  let best = { number: 1, line: '', score: -1 };
  for (const [index, line] of source.split('\n').entries()) {
    const words = wordsOf(line);
    let common = 0;
    for (const word of words) if (wanted.has(word)) common += 1;
    const score = common / (words.size + wanted.size - common);
    if (score > best.score) best = { number: index + 1, line: line.trim(), score };
  }
  return best;
}

/**
 * Whether the text that a planted bug changes is in its file exactly once: null if so, else one line that says what to
 * write instead, or that the text must be longer. A file that is not there is named.
 */
export async function faultOfPlace({ name, file, find }: PlantedBug): Promise<string | null> {
  const source = await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8').catch(() => null);
  if (source === null) return `${name}: there is no ${file}; write where the code is now`;
  const times = source.split(find).length - 1;
  if (times === 1) return null;
  if (times > 1) return `${name}: its "find" is ${times} times in ${file}; make it longer`;
  const { number, line } = mostAlike(source, find);
  return `${name}: its "find" is no longer in ${file}; the line most like it is ${number}: ${line}`;
}
