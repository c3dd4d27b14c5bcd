import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from '../../infra/local/build/project.ts';

/** A copy of the project's files as a checkout has them, with this one's packages. */
export interface CheckoutCopy {
  readonly root: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Adds an action as its author does: its file, its import and its line in index.ts. None of them a second time. */
  addAction(action: ActionFile): void;
  remove(): void;
}

interface ActionFile {
  /** The file in functions/actions. */
  readonly file: string;
  /** What it exports. */
  readonly name: string;
  readonly source: string;
}

/** What no checkout holds. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', 'cdk.out', '.trireme', '.env']);

const LIST_BEGINS = 'createRegistry(\n    {\n';

/** Copies the project into a folder of its own. */
export function copyCheckout(): CheckoutCopy {
  const root = join(mkdtempSync(join(tmpdir(), 'checkout-')), 'trireme');
  cpSync(ROOT, root, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  return {
    root,
    read,
    write,
    addAction({ file, name, source }) {
      const path = `functions/actions/${file}`;
      if (!existsSync(join(root, path))) write(path, source);
      write('functions/actions/index.ts', withAction(read('functions/actions/index.ts'), file, name));
    },
    remove: () => rmSync(join(root, '..'), { recursive: true, force: true }),
  };
}

/** The source of functions/actions/index.ts with one action more. */
export function withAction(index: string, file: string, name: string): string {
  if (index.includes(`'${file}': ${name},`)) return index;
  if (!index.includes(LIST_BEGINS)) throw new Error('The list in functions/actions/index.ts begins otherwise now.');
  const listed = index.replace(LIST_BEGINS, `${LIST_BEGINS}      '${file}': ${name},\n`);
  return `import { ${name} } from './${file}';\n${listed}`;
}
