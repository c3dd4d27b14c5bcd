import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../infra/local/build/project.ts';
import { withAction } from './checkout-copy.ts';

/** A folder like the project's, with one action more. */
export interface ProjectWithAction {
  readonly root: string;
  remove(): void;
}

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
  const { file, name, source } = action;
  const index = readFileSync(join(actions, 'index.ts'), 'utf8');
  writeFileSync(join(actions, 'index.ts'), withAction(index, file, name));
  writeFileSync(join(actions, file), source);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
