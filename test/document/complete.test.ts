import { expect, it } from 'vitest';
import * as z from 'zod';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { renderOpenapi } from '../../shared/api/document/openapi.ts';

const content = z.record(
  z.string(),
  z.looseObject({ example: z.unknown().optional(), examples: z.unknown().optional() }),
);
const response = z.looseObject({ description: z.string().min(1), content: content.optional() });
const body = z.looseObject({ content });
const callback = z.record(
  z.string(),
  z.record(z.string(), z.looseObject({ operationId: z.string(), requestBody: body })),
);
const operation = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  requestBody: body.optional(),
  responses: z.record(z.string(), z.union([z.strictObject({ $ref: z.string() }), response])),
  callbacks: z.record(z.string(), callback).optional(),
});
const rendered = renderOpenapi([searchCities]);
const { paths, components } = z
  .looseObject({
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.looseObject({ responses: z.record(z.string(), response) }),
  })
  .parse(JSON.parse(rendered));

const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
const callbacks = operations.flatMap(({ callbacks: named = {} }) =>
  Object.values(named).flatMap((urls) => Object.values(urls).flatMap((methods) => Object.values(methods))),
);

function withoutExample(
  where: string,
  { content: types = {} }: { readonly content?: z.output<typeof content> | undefined },
) {
  const json = types['application/json'];
  return json === undefined || (json.example ?? json.examples) !== undefined ? [] : [where];
}

it('every body and every answer in JSON has an example', () => {
  const bodies = [...operations, ...callbacks].flatMap(({ operationId, requestBody }) =>
    requestBody === undefined ? [] : withoutExample(operationId, requestBody),
  );
  const answers = operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, one]) =>
      '$ref' in one ? [] : withoutExample(`${operationId} ${status}`, response.parse(one)),
    ),
  );
  const shared = Object.entries(components.responses).flatMap(([name, one]) => withoutExample(name, one));
  expect([...bodies, ...answers, ...shared]).toEqual([]);
});

it('no union has a list among its forms, except beside null: what is generated of it for Java does not compile', () => {
  const forms = z.array(z.looseObject({ $ref: z.string().optional(), type: z.unknown().optional() }));
  const found: unknown[] = [];
  JSON.parse(rendered, (key, value: unknown) => {
    if (key !== 'anyOf' && key !== 'oneOf') return value;
    const values = forms.parse(value).filter(({ type }) => type !== 'null');
    if (values.length > 1 && values.some(({ type }) => type === 'array')) found.push(value);
    return value;
  });
  expect(found).toEqual([]);
});

it('an operationId names one operation, those of callbacks among them', () => {
  const ids = [...operations, ...callbacks].map(({ operationId }) => operationId);
  expect(callbacks.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
});
