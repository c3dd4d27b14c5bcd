import { hash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a value that JSON can hold, with its digest: readers see all of it or nothing. */
export function writeWhole(file: string, value: unknown): void {
  const text = JSON.stringify(value);
  writeFileSync(`${file}.${process.pid}.new`, `${digest(text)}\n${text}`);
  renameSync(`${file}.${process.pid}.new`, file);
}

/** Reads what `writeWhole` wrote; undefined where there is no such file, or it was damaged. */
export function readWhole(file: string): unknown {
  let stored: string;
  try {
    stored = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const [expected = '', text = ''] = stored.split(/\n(.*)/s, 2);
  return digest(text) === expected ? JSON.parse(text) : undefined;
}

function digest(text: string): string {
  return hash('sha256', text, 'hex');
}
