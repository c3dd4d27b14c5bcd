import { hash } from 'node:crypto';
import type { InputChunk, StoredInput } from '../domain/input.ts';
import { type Item, ItemReader } from './attributes.ts';
import { compress, decompress } from './compress.ts';
import { keys } from './keys.ts';
import type { LargeObjects } from './progress-store.ts';
import type { Table } from './table.ts';
import { settleAll } from '../engine/settle-all.ts';

/** Larger chunks go to S3: up to this size, eight write units of the table cost no more than one S3 PUT. */
const TABLE_CHUNK_BYTES = 8 * 1024;

/** Inputs as compressed bytes: each with its custom_data and, if it is refused, the reason. */
export function packInputs(inputs: readonly StoredInput[]): Uint8Array {
  return compress(
    inputs.map(({ input, customData, fault }) =>
      fault === undefined ? [input, customData] : [input, customData, fault],
    ),
  );
}

export function unpackInputs(bytes: Uint8Array): readonly StoredInput[] {
  const packed = decompress(bytes) as [StoredInput['input'], StoredInput['customData'], string?][]; // cast: packed just so
  return packed.map(([input, customData, fault]) =>
    fault === undefined ? { input, customData } : { input, customData, fault },
  );
}

/** Writes a run's chunks. Large ones go to S3 where `objects` is given, else all go to the table. */
export async function writeChunks(
  table: Table,
  objects: Pick<LargeObjects, 'put'> | null,
  runUid: string,
  chunks: readonly InputChunk[],
  expiresAt: number,
): Promise<void> {
  await table.putAll(
    await settleAll(
      chunks.map(async ({ first, inputs }) => {
        const packed = packInputs(inputs);
        const object =
          objects === null || packed.length <= TABLE_CHUNK_BYTES ? null : objectKeyOf(runUid, first, packed);
        if (objects !== null && object !== null) await objects.put(object, packed);
        const record = { first, inputs: object === null ? packed : null, object, expires_at: expiresAt };
        return { key: keys.chunk(runUid, first), record };
      }),
    ),
  );
}

/** Reads the chunk of an item. `input`: the index of the input that is wanted from it. */
export async function readChunk(objects: Pick<LargeObjects, 'get'>, item: Item, input: number): Promise<InputChunk> {
  const read = new ItemReader(item);
  const object = read.textOrNull('object');
  const packed = object === null ? read.bytesOrNull('inputs') : await objects.get(object);
  return packed === null
    ? { first: input, inputs: [LEFT_IN_UPLOAD] }
    : { first: read.number('first'), inputs: unpackInputs(packed) };
}

/** Release 0.1.0 stored only where an input lies in its upload, and read it from there. */
const LEFT_IN_UPLOAD: StoredInput = {
  input: {},
  customData: null,
  fault: 'The input was left in its upload by release 0.1.0, and later ones do not read it there: launch it again.',
};

/** The key ends in the hash of the body, so all writers of one key write the same bytes. */
function objectKeyOf(runUid: string, first: number, bytes: Uint8Array): string {
  return `inputs/${runUid}/${first}-${hash('sha256', bytes, 'base64url')}`;
}
