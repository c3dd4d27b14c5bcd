import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Outputs } from '../client/trireme.ts';
import { usageError } from './command-failed.ts';

export const OUTPUT_FORMATS = ['json', 'ndjson', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The format that a file's name ends with. Throws CommandFailed where it ends otherwise. */
export function formatOf(file: string): OutputFormat {
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

/** Writes all results into a file, which has its name only once it is complete. */
export async function saveOutputs(outputs: Outputs<unknown>, file: string): Promise<void> {
  const draft = `${file}.part`;
  const stream = createWriteStream(draft);
  const written = finished(stream);
  written.catch(() => undefined); // awaited below
  await writeOutputs(outputs, formatOf(file), async (text) => {
    if (!stream.write(text)) await Promise.race([once(stream, 'drain'), written]);
  });
  stream.end();
  await written;
  await rename(draft, file);
}
