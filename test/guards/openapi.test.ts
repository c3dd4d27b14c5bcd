import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { renderOpenapi } from '../../shared/api/document/openapi.ts';
import { errorsOf } from '../../shared/api/route.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { ERROR_CATALOGUE, ERROR_LABELS } from '../../shared/domain/errors.ts';

const operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.unknown()),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const document = z
  .looseObject({
    info: z.looseObject({ description: z.string() }),
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(JSON.parse(renderOpenapi()));

describe('the OpenAPI document', () => {
  // After a change of routes, schemas or catalogue: npx vitest run test/guards/openapi.test.ts --update
  it('is committed as the code renders it', async () => {
    await expect(renderOpenapi()).toMatchFileSnapshot('../../shared/api/openapi.json');
  });

  it('has every route of the table and no other', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    const wanted = ROUTES.map((route) => `${route.operation} ${route.method} ${route.path}`);
    expect(written.toSorted()).toEqual(wanted.toSorted());
  });

  it.each(ERROR_LABELS)('tells status, scope and retryability of %s', (label) => {
    const { status, scope, retryable } = ERROR_CATALOGUE[label];
    expect(document.info.description).toContain(`| ${label} | ${status} | ${scope} | ${retryable ? 'yes' : 'no'} |`);
  });

  it.each(ROUTES.map((route) => [route.operation, route] as const))('tells under which status %s fails', (_, route) => {
    const responses = document.paths[route.path]?.[route.method.toLowerCase()]?.responses;
    for (const label of errorsOf(route)) {
      expect(responses?.[String(ERROR_CATALOGUE[label].status)]?.description).toContain(`\`${label}\``);
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
    const defined = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...names].toSorted()).toEqual(defined.toSorted());
  });
});
