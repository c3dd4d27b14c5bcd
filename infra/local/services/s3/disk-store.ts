import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectMeta, ObjectStore } from './object-store.ts';

const lengthBytes = 4;

/**
 * Objects as files under `dir`: the bytes, then the metadata as JSON, then the JSON's length; so one rename puts bytes
 * and metadata in place together. File names are digests of keys, because a key can be longer than a file name and have
 * any character.
 */
export function openDiskStore(dir: string): ObjectStore {
  const staging = join(dir, '.staging');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  return {
    async stage(bucket, key, body) {
      const path = join(staging, randomUUID());
      try {
        await pipeline(body, createWriteStream(path));
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
      return {
        commit(meta) {
          appendFileSync(path, footerOf(meta));
          const place = pathOf(dir, bucket, key);
          mkdirSync(dirname(place), { recursive: true });
          renameSync(path, place);
        },
        discard: () => rmSync(path, { force: true }),
      };
    },
    find: (bucket, key) => readMeta(pathOf(dir, bucket, key)),
    read: (bucket, key, start, end) => createReadStream(pathOf(dir, bucket, key), { start, end }),
    delete: (bucket, key) => rmSync(pathOf(dir, bucket, key), { force: true }),
    list(bucket) {
      const root = join(dir, bucket);
      mkdirSync(root, { recursive: true });
      const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return files.flatMap((file) => readMeta(join(file.parentPath, file.name)) ?? []);
    },
  };
}

function pathOf(dir: string, bucket: string, key: string): string {
  const name = createHash('sha256').update(key).digest('hex');
  return join(dir, bucket, name.slice(0, 2), name.slice(2));
}

function footerOf(meta: ObjectMeta): Buffer {
  const json = Buffer.from(JSON.stringify(meta));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([json, length]);
}

function readMeta(path: string): ObjectMeta | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const size = fstatSync(fd).size;
    const length = Buffer.alloc(lengthBytes);
    readSync(fd, length, 0, lengthBytes, size - lengthBytes);
    const json = Buffer.alloc(length.readUInt32BE());
    readSync(fd, json, 0, json.length, size - lengthBytes - json.length);
    return JSON.parse(json.toString()) as ObjectMeta; // Only footerOf writes it.
  } finally {
    closeSync(fd);
  }
}
