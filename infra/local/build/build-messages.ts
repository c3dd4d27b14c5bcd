import type { StageSettings } from '../../settings.ts';
import type { StoredStack } from './kept-stacks.ts';

/** What is built: the functions, or the stack that has them. */
export type BuildTask = 'bundles' | 'stack';

/** What the process of a build is started with, as JSON. */
export interface BuildOrder {
  readonly task: BuildTask;
  /** The project's folder. */
  readonly root: string;
  /** Of bundles: where to write them. */
  readonly dir: string;
  /** Of the stack: overrides some settings of the stage. Absent: none. */
  readonly settings?: Partial<StageSettings>;
}

/** What it sends: what was built, or why not, in lines for people. */
export type BuildOutcome =
  | { readonly kind: 'bundles'; readonly inputs: readonly string[] }
  | { readonly kind: 'stack'; readonly stack: StoredStack }
  | { readonly kind: 'fault'; readonly fault: string };
