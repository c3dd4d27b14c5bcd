import { once } from 'node:events';
import { constants, createWriteStream } from 'node:fs';
import { access, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Outputs } from '../client/trireme.ts';
import { CommandFailed, usageError } from './command-failed.ts';

export const OUTPUT_FORMATS = ['json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The format that a file's name ends with. Throws CommandFailed where it ends otherwise. */
function formatOf(file: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((one) => file.toLowerCase().endsWith(`.${one}`));
  if (format === undefined)
    throw usageError(`${file} must end in ${OUTPUT_FORMATS.map((one) => `.${one}`).join(', ')}.`);
  return format;
}

/** Writes all results, as the API gives them: numbers keep their digits. */
export async function writeOutputs(
  outputs: Outputs<unknown>,
  format: OutputFormat,
  write: (text: string) => Promise<void>,
): Promise<void> {
  if (format === 'csv') return void (await outputs.toCsv({ write }));
  if (format === 'ndjson') return void (await outputs.toNdjson({ write }));
  let before = '[\n';
  await outputs.toNdjson({
    async write(text) {
      const items = text.trimEnd();
      if (items === '') return;
      await write(`${before}${items.replaceAll('\n', ',\n')}`); // a part ends with an item
      before = ',\n';
    },
  });
  await write(before === '[\n' ? '[]\n' : '\n]\n');
}

/** Throws CommandFailed for a file that cannot be written, so that this is known before anything is sent. */
export async function checkWritable(file: string): Promise<void> {
  formatOf(file);
  const path = resolve(file);
  try {
    await access(dirname(path), constants.W_OK);
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
  } catch (error) {
    throw usageError(`${path} cannot be written: ${reasonOf(error)}`);
  }
}

/** Writes all results into a file, which has its name only once it is complete. */
export async function saveOutputs(outputs: Outputs<unknown>, file: string): Promise<void> {
  const path = resolve(file);
  const draft = `${path}.part`;
  const stream = createWriteStream(draft);
  const written = finished(stream);
  written.catch(() => undefined); // awaited below
  try {
    await writeOutputs(outputs, formatOf(file), async (text) => {
      if (!stream.write(text)) await Promise.race([once(stream, 'drain'), written]);
    });
    stream.end();
    await written;
    await rename(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandFailed(1, `${path} cannot be written: ${reasonOf(error)}`, error);
  }
}

/** What a person is told of a file that is complete. */
export function savedText(count: number, file: string): string {
  return `${count.toLocaleString('en')} results in ${resolve(file)}`;
}

/** Without the name of the file, which may be that of its draft. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+( '.*')?$/, '') : String(error);
}
