import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildClient } from './build-client.ts';

/** `npm run client`: builds the package of the client. */
const OUT_DIR = join(import.meta.dirname, '../../dist/client');

await buildClient(OUT_DIR);
const bytes = gzipSync(await readFile(join(OUT_DIR, 'bin/trireme.js'))).length;
const where = relative(process.cwd(), OUT_DIR);
process.stdout.write(
  `${where} is built; the command line has ${Math.ceil(bytes / 1024)} KB, compressed.\nnpm pack ./${where} makes the file that consumers install.\n`,
);
