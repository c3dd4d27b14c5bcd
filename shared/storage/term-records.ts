import type { LaunchTerms } from '../domain/launch-terms.ts';
import type { RunCallback } from '../domain/run.ts';
import type { ItemReader } from './attributes.ts';

/** The terms of a launch as attributes of the definition of its run or schedule. */
export function termsToRecord(terms: LaunchTerms): object {
  return {
    on_invalid_input: terms.onInvalidInput,
    deadline_seconds: terms.deadlineSeconds,
    tags: terms.tags.length === 0 ? null : terms.tags,
  };
}

export function termsFromItem(read: ItemReader): LaunchTerms {
  return {
    onInvalidInput: read.text('on_invalid_input') as LaunchTerms['onInvalidInput'], // cast: written from the same type
    deadlineSeconds: read.number('deadline_seconds'),
    tags: read.stored<LaunchTerms['tags']>('tags') ?? [], // release 0.1.0 knew none
  };
}

/** The callback of such a definition; its headers were not always sealed for another uid. */
export function callbackFromItem(read: ItemReader): RunCallback | null {
  const callback = read.stored<Omit<RunCallback, 'sealedHeaders' | 'sealedFor'>>('callback');
  return callback === null ? null : { sealedHeaders: null, sealedFor: null, ...callback };
}
