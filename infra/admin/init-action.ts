import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './command.ts';

const INDEX = 'functions/actions/index.ts';
const LIST_BEGINS = 'createRegistry(\n    {\n';

/**
 * Writes a new action and a test of it, and adds it to the actions that are offered. Returns the files. Throws
 * UsageError for a name that no action may have, or that is taken.
 */
export function initAction(root: string, name: string): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 60) {
    throw new UsageError(`an action is named like list-releases, at most 60 characters, not ${name}`);
  }
  const file = `functions/actions/${name}.ts`;
  const test = `test/functions/actions-${name}.test.ts`;
  const index = readFileSync(join(root, INDEX), 'utf8');
  for (const path of [file, test]) if (existsSync(join(root, path))) throw new UsageError(`${path} is there already`);
  if (!index.includes(LIST_BEGINS)) throw new Error(`${INDEX} has no list that begins with createRegistry({`);
  const exported = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;
  writeFileSync(join(root, file), textOf('action.txt', { name, exported, title }));
  writeFileSync(join(root, test), textOf('test.txt', { name, exported }));
  writeFileSync(
    join(root, INDEX),
    `import { ${exported} } from './${name}.ts';\n${index.replace(LIST_BEGINS, `${LIST_BEGINS}      '${name}.ts': ${exported},\n`)}`,
  );
  return [file, test, INDEX];
}

/** A file of new-action/ with these values in their places. */
function textOf(file: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(import.meta.dirname, 'new-action', file), 'utf8');
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, value: string) => values[value] ?? '');
}
