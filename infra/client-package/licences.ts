import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The licences of all packages that these files, named from the root, belong to. Throws where one has none. */
export async function licencesOf(root: string, files: readonly string[]): Promise<string> {
  const packages = new Set(files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const texts = Array.from(packages)
    .toSorted()
    .map(async (folder) => {
      const { name, version } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as {
        readonly name: string;
        readonly version: string;
      }; // cast: what npm installs
      const licence = (await readdir(join(root, folder))).find((file) => /^licen[cs]e(\.|$)/i.test(file));
      if (licence === undefined) throw new Error(`${name} is bundled and has no licence file`);
      return `${name} ${version}\n\n${(await readFile(join(root, folder, licence), 'utf8')).trim()}\n`;
    });
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return `The command line has these packages in itself.\n${rule}${(await Promise.all(texts)).join(rule)}`;
}
