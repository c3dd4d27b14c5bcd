import { decompress } from '../../shared/storage/compress.ts';

/** The places that hold a text: in items as AWS JSON has them and in objects, compressed or not. */
export function findCanary(
  canary: string,
  { items, objects }: { readonly items: readonly object[]; readonly objects: Iterable<readonly [string, Uint8Array]> },
): readonly string[] {
  const inItems = items.flatMap((item) => {
    const { pk, sk } = item as Readonly<Record<'pk' | 'sk', { readonly S: string }>>; // cast: every item has its key
    return textsOf(item).some((text) => text.includes(canary)) ? [`${pk.S} ${sk.S}`] : [];
  });
  const inObjects = Array.from(objects, ([key, bytes]) =>
    key.includes(canary) || readable(bytes).some((text) => text.includes(canary)) ? [key] : [],
  );
  return [...inItems, ...inObjects.flat()];
}

/** All texts within a value; binaries, which AWS JSON has as base64, as they are and decompressed. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return readable(value);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    name,
    ...(name === 'B' && typeof member === 'string' ? readable(Buffer.from(member, 'base64')) : textsOf(member)),
  ]);
}

function readable(bytes: Uint8Array): readonly string[] {
  const plain = Buffer.from(bytes).toString();
  try {
    return [plain, JSON.stringify(decompress(bytes))];
  } catch {
    return [plain]; // it was not compressed
  }
}
