import { errorRecord } from '../error-schemas.ts';
import type { Route } from '../route.ts';
import { RESOURCES } from '../routes.ts';
import { describeActions } from './action-operations.ts';
import { createComponents, type Json } from './components.ts';
import type { DocumentedAction } from './documented-action.ts';
import { describeErrors, describeGateway, describeLabels } from './errors.ts';
import { EXAMPLES } from './examples.ts';
import { describeCommonHeaders } from './headers.ts';
import { describeOperation, type OperationExample } from './operation.ts';

/** Where `npm start` serves the API by default: the server of the committed document. */
const LOCAL_URL = 'http://127.0.0.1:4000';

/** What a deployment's document says of it. */
interface Deployment {
  readonly publicUrl: string;
  readonly actions: readonly DocumentedAction[];
}

/** The OpenAPI 3.1 document of a deployment; the same for the same route table and actions, byte for byte. */
export function buildOpenapi({ publicUrl, actions }: Deployment): Json {
  const components = createComponents();
  components.answer(errorRecord);
  const paths: Record<string, Record<string, Json>> = {};
  const tagOf = new Map(RESOURCES.flatMap(({ tag, routes }) => routes.map(({ operation }) => [operation, tag])));
  const add = ({ path, method }: Route, template: string, operation: Json): void => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: { tags: [tagOf.get(template)], ...operation } };
  };
  for (const route of RESOURCES.flatMap(({ routes }) => routes)) {
    add(route, route.operation, describeOperation(route, exampleOf(route.operation), components));
  }
  for (const { route, template, json } of describeActions(actions, components)) add(route, template, json);
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Trireme',
      version: '1',
      summary: 'Run actions live, async and on a schedule',
      description: `${describeErrors()}\n\n${describeLabels()}\n\n${describeGateway()}`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: RESOURCES.map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      headers: describeCommonHeaders(),
      ...components.all(),
    },
  };
}

function exampleOf(operation: string): OperationExample {
  const examples: Readonly<Record<string, OperationExample>> = EXAMPLES;
  const example = examples[operation];
  if (example === undefined) throw new Error(`The operation ${operation} has no example.`);
  return example;
}

/**
 * The document as it is committed, for the actions that ship: laid out as the formatter wants it, short lists on one
 * line.
 */
export function renderOpenapi(actions: readonly DocumentedAction[]): string {
  const text = JSON.stringify(buildOpenapi({ publicUrl: LOCAL_URL, actions }), null, 2);
  const laidOut = text.replaceAll(
    /^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm,
    (whole, head: string, items: string, comma: string) => {
      const line = `${head}[${items.trim().replaceAll(/\n */g, ' ')}]${comma}`;
      return line.length <= 120 ? line : whole;
    },
  );
  return `${laidOut}\n`;
}
