import { expect, it } from 'vitest';
import * as z from 'zod';
import { buildOpenapi } from '../../shared/api/document/openapi.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(z.looseObject({ name: z.string() })),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.strictObject({ $ref: z.string() }) })) })
    .optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
});
const written = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

function documentOf(...actions: readonly Action[]) {
  const json = JSON.stringify(buildOpenapi({ publicUrl: 'https://api.example', actions }));
  const { paths, components } = written.parse(JSON.parse(json));
  const at = (action: string, mode: string) => paths[`/v1/actions/${action}/run/${mode}`]?.['post'];
  const { schemas } = components;
  const bodyOf = (action: string, mode: string): unknown => {
    const { $ref: body = '' } = at(action, mode)?.requestBody?.content['application/json']?.schema ?? {};
    return schemas[body.split('/').at(-1) ?? ''];
  };
  return { json, paths, schemas, at, bodyOf };
}

const given = { title: 'T', description: 'D.', run: async () => ({ results: [], nextCursor: null }) } as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const person = defineAction({
  ...given,
  name: 'find-person-2',
  title: 'Find a person',
  input: z.strictObject({ email: z.string(), age: z.int().optional() }),
  parameters: z.strictObject({ lang: z.enum(['de', 'en']).default('en') }),
  result: z.object({ id: z.int(), friends: z.array(z.object({ id: z.int() })) }),
  example: { input: { email: 'a@example.com' }, parameters: { lang: 'de' }, result: { id: 1, friends: [] } },
});

it('each mode of an action has a path with its input, parameters and results', () => {
  const { schemas, at, bodyOf } = documentOf(person);
  expect(schemas['FindPerson2Input']).toMatchObject({
    properties: { email: { type: 'string' }, age: { type: 'integer' }, custom_data: {} },
    required: ['email'],
    additionalProperties: false,
  });
  expect(schemas['FindPerson2Parameters']).toMatchObject({ properties: { lang: {}, max_results: {} } });
  expect(schemas['FindPerson2LiveParameters']).not.toHaveProperty('properties.max_results');
  const [live, async, schedule] = ['live', 'async', 'schedule'].map((mode) => at('find-person-2', mode));
  expect([live, async, schedule].map((one) => one?.operationId)).toEqual([
    'runFindPerson2Live',
    'runFindPerson2Async',
    'runFindPerson2Schedule',
  ]);
  expect([live?.tags, async?.tags, schedule?.tags]).toEqual([['Launches'], ['Launches'], ['Schedules']]);
  expect(live?.responses['200']?.content).toMatchObject({
    'application/json': { schema: { items: ref('FindPerson2Result') }, example: [{ id: 1, friends: [] }] },
  });
  expect(bodyOf('find-person-2', 'live')).toMatchObject({
    properties: {
      input: ref('FindPerson2Input'),
      parameters: { anyOf: [ref('FindPerson2LiveParameters'), { type: 'null' }] },
    },
    required: ['input'],
  });
  for (const body of ['async', 'schedule'].map((mode) => bodyOf('find-person-2', mode))) {
    expect(JSON.stringify(body)).toContain(JSON.stringify({ items: ref('FindPerson2Input') }).slice(1, -1));
    expect(JSON.stringify(body)).toContain(JSON.stringify(ref('FindPerson2Parameters')));
  }
});

it('a result may have more later, an input may not', () => {
  const { schemas } = documentOf(person);
  expect(JSON.stringify(schemas['FindPerson2Result'])).not.toContain('additionalProperties');
  expect(schemas['FindPerson2Input']).toMatchObject({ additionalProperties: false });
});

it('an action has the modes and the ways of paging that it offers, and its parameters are needed where it needs one', () => {
  const { at, bodyOf, paths } = documentOf(
    defineAction({
      ...given,
      name: 'one',
      returns: 'object',
      modes: ['live'],
      input: z.strictObject({}),
      parameters: z.strictObject({ token: z.string() }),
      result: z.object({}),
      run: async () => ({ results: [{}], nextCursor: null }),
    }),
    person,
  );
  expect(Object.keys(paths).filter((path) => path.startsWith('/v1/actions/one/'))).toEqual([
    '/v1/actions/one/run/live',
  ]);
  expect(bodyOf('one', 'live')).toMatchObject({ required: ['input', 'parameters'] });
  expect(at('one', 'live')?.responses['200']?.content).toMatchObject({
    'application/json': { schema: ref('OneResult') },
  });
  expect(at('find-person-2', 'live')?.parameters.map(({ name }) => name)).not.toContain('page');
});

it('what a schema defines on its own is a component of its own', () => {
  const leaf = z.strictObject({ id: z.int() }).meta({ id: 'a leaf' });
  interface Tree {
    readonly leaf: z.output<typeof leaf>;
    readonly more: readonly Tree[];
  }
  const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ leaf, more: z.array(tree) }));
  const { json, schemas } = documentOf(
    defineAction({
      ...given,
      name: 'trees',
      input: z.strictObject({ tree, leaves: z.array(leaf) }),
      result: z.object({ leaf }),
    }),
  );
  const references = new Set([...json.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
  expect([...references].filter((name) => schemas[String(name)] === undefined)).toEqual([]);
  expect(json).not.toContain('$defs');
  expect([...references]).toEqual(expect.arrayContaining(['TreesInputALeaf', 'TreesResultALeaf']));
});

it('two actions, or an action and the API, never share a name', () => {
  const named = (name: string) => defineAction({ ...given, name, input: z.strictObject({}), result: z.object({}) });
  const { paths, schemas } = documentOf(named('a-1b'), named('a1b'), named('run'));
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(['A1bInput', 'A1b2Input', 'RunInput', 'Run2Input', 'Run2Result']),
  );
});
