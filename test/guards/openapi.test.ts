import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { renderOpenapi } from '../../shared/api/document/openapi.ts';
import { printTypes } from '../../shared/client/print-types.ts';
import { errorsOf } from '../../shared/api/route.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { type CatalogueEntry, ERROR_CATALOGUE, ERROR_LABELS } from '../../shared/domain/errors.ts';

const reference = z.strictObject({ $ref: z.string() });
const response = z.looseObject({ description: z.string() });
const operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.unknown()),
  responses: z.record(z.string(), z.union([reference, response])),
});
// The actions that come along, and not those that were added to them: who adds one need not write the document anew.
const rendered = renderOpenapi([extractJsonApi, searchCities]);
const document = z
  .looseObject({
    info: z.looseObject({ description: z.string() }),
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.looseObject({
      schemas: z.record(z.string(), z.unknown()),
      responses: z.record(z.string(), response),
      headers: z.record(z.string(), z.unknown()),
    }),
  })
  .parse(JSON.parse(rendered));

describe('the OpenAPI document', () => {
  // After a change of routes, schemas or catalogue: npx vitest run test/guards/openapi.test.ts --update
  it('is committed as the code renders it', async () => {
    await expect(rendered).toMatchFileSnapshot('../../shared/api/openapi.json');
  });

  it("gives the client's types as they are committed", async () => {
    await expect(printTypes(JSON.parse(rendered))).toMatchFileSnapshot('../../shared/client/api-types.ts');
  });

  it('has every route of the table, a path for each action and mode, and no other', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    const wanted = ROUTES.map((route) => `${route.operation} ${route.method} ${route.path}`);
    const ofActions = ['search-cities', 'extract-json-api'].flatMap((name) =>
      (['Live', 'Async', 'Schedule'] as const).map((mode) => {
        const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
        return `run${words.join('')}${mode} POST /v1/actions/${name}/run/${mode.toLowerCase()}`;
      }),
    );
    expect(written.toSorted()).toEqual([...wanted, ...ofActions].toSorted());
  });

  it.each(ERROR_LABELS)('tells status, scope and retryability of %s', (label) => {
    const { status, scope, receiverScope, retryable }: CatalogueEntry = ERROR_CATALOGUE[label];
    const scopes = [scope, ...(receiverScope === undefined ? [] : [receiverScope])].join(', ');
    expect(document.info.description).toContain(`| ${label} | ${status} | ${scopes} | ${retryable ? 'yes' : 'no'} |`);
  });

  it.each(ROUTES.map((route) => [route.operation, route] as const))('tells under which status %s fails', (_, route) => {
    const responses = document.paths[route.path]?.[route.method.toLowerCase()]?.responses;
    for (const label of errorsOf(route)) {
      const written = responses?.[String(ERROR_CATALOGUE[label].status)];
      const name = written !== undefined && '$ref' in written ? String(written.$ref).split('/').at(-1) : undefined;
      expect(document.components.responses[name ?? '']?.description).toContain(`\`${label}\``);
    }
  });

  it('asks for a key wherever the table has a scope, and only there', () => {
    for (const route of ROUTES) {
      const written = document.paths[route.path]?.[route.method.toLowerCase()];
      expect(written?.security, route.operation).toHaveLength(route.scope === null ? 0 : 1);
    }
  });

  it('refers to nothing that it does not define', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g);
    const names = new Set(Array.from(references, ([, reference = '']) => reference));
    const defined = (['schemas', 'responses', 'headers'] as const).flatMap((kind) =>
      Object.keys(document.components[kind]).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...names].toSorted()).toEqual(defined.toSorted());
  });
});
