import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../infra/local/host/local-stack.ts';

/** A folder like the project's, with one action more. */
export interface ProjectWithAction {
  readonly root: string;
  remove(): void;
}

const LIST_BEGINS = 'createRegistry(\n    {\n';

/** Adds an action as its author does, by one file and one line, to a project that otherwise is this one. */
export function createProjectWithAction(action: {
  /** The file in functions/actions. */
  readonly file: string;
  /** What it exports. */
  readonly name: string;
  readonly source: string;
}): ProjectWithAction {
  const root = mkdtempSync(join(tmpdir(), 'project-'));
  for (const name of ['shared', 'test', 'node_modules', 'package.json'])
    symlinkSync(join(ROOT, name), join(root, name));
  cpSync(join(ROOT, 'functions'), join(root, 'functions'), { recursive: true });
  const actions = join(root, 'functions/actions');
  const index = readFileSync(join(actions, 'index.ts'), 'utf8');
  if (!index.includes(LIST_BEGINS)) throw new Error('The list in functions/actions/index.ts begins otherwise now.');
  const { file, name, source } = action;
  const listed = index.replace(LIST_BEGINS, `${LIST_BEGINS}      '${file}': ${name},\n`);
  writeFileSync(join(actions, 'index.ts'), `import { ${name} } from './${file}';\n${listed}`);
  writeFileSync(join(actions, file), source);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
