import { describe, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { defineAction } from '../../shared/sdk/define-action.ts';

const texts = { name: 'typed', title: 'Typed', description: 'For the compiler.' };
const result = z.object({ id: z.int() });

describe('what run sees follows from the schemas', () => {
  test('input and parameters are the output of their schemas', () => {
    defineAction({
      ...texts,
      input: z.strictObject({ city: z.string(), limit: z.int().default(3) }),
      parameters: z.strictObject({ depth: z.int().optional() }),
      result,
      run: async ({ input, parameters, cursor, page }) => {
        expectTypeOf(input).toEqualTypeOf<{ city: string; limit: number }>();
        expectTypeOf(parameters).toEqualTypeOf<{ depth?: number | undefined }>();
        expectTypeOf(cursor).toEqualTypeOf<string | null>();
        expectTypeOf(page).toEqualTypeOf<number>();
        return { results: [{ id: 1 }], nextCursor: null };
      },
    });
  });

  test('without a parameters schema there is nothing to read', () => {
    defineAction({
      ...texts,
      input: z.strictObject({}),
      result,
      run: async ({ parameters }) => {
        expectTypeOf(parameters).toEqualTypeOf<Record<string, never>>();
        return { results: [], nextCursor: null };
      },
    });
  });

  test('a pace is keyed by the input as run sees it', () => {
    defineAction({
      ...texts,
      pace: {
        calls: 1,
        perMs: 1_000,
        by: (input) => {
          expectTypeOf(input).toEqualTypeOf<{ account: string; limit: number }>();
          return input.account;
        },
      },
      input: z.strictObject({ account: z.string(), limit: z.int().default(3) }),
      result,
      run: async ({ input }) => {
        expectTypeOf(input.account).toEqualTypeOf<string>();
        return { results: [], nextCursor: null };
      },
    });
    type PaceOf = NonNullable<Parameters<typeof defineAction>[0]['pace']>;
    expectTypeOf<{ calls: number }>().not.toExtend<PaceOf>();
    expectTypeOf<{ calls: number; perMs: number; by: () => number }>().not.toExtend<PaceOf>();
  });

  test('only declared secrets can be asked for', () => {
    defineAction({
      ...texts,
      input: z.strictObject({}),
      result,
      secrets: ['TOKEN', 'API_*'],
      run: async ({ secret }) => {
        expectTypeOf(secret).parameter(0).toEqualTypeOf<'TOKEN' | `API_${string}`>();
        return { results: [], nextCursor: null };
      },
    });
    defineAction({
      ...texts,
      input: z.strictObject({}),
      result,
      run: async ({ secret }) => {
        expectTypeOf(secret).parameter(0).toEqualTypeOf<never>();
        return { results: [], nextCursor: null };
      },
    });
  });
});

describe('what run gives is held to the result schema', () => {
  const list = { ...texts, input: z.strictObject({}), result };
  type Define = typeof defineAction<typeof list.input, typeof result>;
  type Given = Awaited<ReturnType<Parameters<Define>[0]['run']>>;

  test('a list gives any number of results and a cursor', () => {
    expectTypeOf<Given>().toEqualTypeOf<{
      readonly results: readonly { id: number }[];
      readonly nextCursor: string | null;
    }>();
    expectTypeOf<{ results: { id: string }[]; nextCursor: null }>().not.toExtend<Given>();
  });

  test('an object gives exactly one and no cursor', () => {
    type Define = typeof defineAction<typeof list.input, typeof result, z.ZodObject, never, 'object'>;
    type Given = Awaited<ReturnType<Parameters<Define>[0]['run']>>;
    expectTypeOf<Given>().toEqualTypeOf<{ readonly results: readonly [{ id: number }]; readonly nextCursor: null }>();
    defineAction({ ...list, returns: 'object', run: async () => ({ results: [{ id: 1 }], nextCursor: null }) });
  });

  test('the input schema is an object', () => {
    type InputSchema = Parameters<typeof defineAction>[0]['input'];
    expectTypeOf<z.ZodObject>().toExtend<InputSchema>();
    expectTypeOf<z.ZodString>().not.toExtend<InputSchema>();
  });
});
