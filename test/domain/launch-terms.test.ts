import { expect, test } from 'vitest';
import { LAUNCH_DEFAULTS, type LaunchTerms, termsAfter, termsOf } from '../../shared/domain/launch-terms.ts';

const TERMS: LaunchTerms = { onInvalidInput: 'skip', deadlineSeconds: 600, tags: ['a'] };

test('what copies the terms of a launch copies each of them, and nothing else of their holder', () => {
  expect(termsOf({ ...TERMS, name: 'x', callback: null } as LaunchTerms)).toEqual(TERMS); // cast: a launch has more
});

test('in a change of terms what is left out stays, and null goes back to the default', () => {
  const change = { onInvalidInput: undefined, deadlineSeconds: null, tags: null };
  expect(termsAfter(TERMS, change)).toEqual({
    onInvalidInput: 'skip',
    deadlineSeconds: LAUNCH_DEFAULTS.deadlineSeconds,
    tags: [],
  });
  expect(termsAfter(TERMS, { onInvalidInput: 'reject', deadlineSeconds: 60, tags: undefined })).toEqual({
    onInvalidInput: 'reject',
    deadlineSeconds: 60,
    tags: ['a'],
  });
});
