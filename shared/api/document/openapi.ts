import { errorRecord } from '../error-schemas.ts';
import { RESOURCES } from '../routes.ts';
import { createComponents, type Json } from './components.ts';
import { describeErrors, describeGateway, describeLabels } from './errors.ts';
import { EXAMPLES } from './examples.ts';
import { describeOperation, type OperationExample } from './operation.ts';

/** Where `npm start` serves the API by default: the server of the committed document. */
const LOCAL_URL = 'http://127.0.0.1:4000';

/** The OpenAPI 3.1 document of the API at a URL; the same for the same route table, byte for byte. */
export function buildOpenapi(publicUrl: string): Json {
  const components = createComponents();
  components.answer(errorRecord);
  const paths: Record<string, Record<string, Json>> = {};
  for (const { tag, routes } of RESOURCES) {
    for (const route of routes) {
      const operation = { tags: [tag], ...describeOperation(route, exampleOf(route.operation), components) };
      paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
    }
  }
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
      schemas: components.all(),
    },
  };
}

function exampleOf(operation: string): OperationExample {
  const examples: Readonly<Record<string, OperationExample>> = EXAMPLES;
  const example = examples[operation];
  if (example === undefined) throw new Error(`The operation ${operation} has no example.`);
  return example;
}

/** The document as it is committed: laid out as the formatter wants it, short lists on one line. */
export function renderOpenapi(): string {
  const text = JSON.stringify(buildOpenapi(LOCAL_URL), null, 2);
  const laidOut = text.replaceAll(
    /^(.*)\[\n([^[\]{}]*)\n *\](,?)$/gm,
    (whole, head: string, items: string, comma: string) => {
      const line = `${head}[${items.trim().replaceAll(/\n */g, ' ')}]${comma}`;
      return line.length <= 120 ? line : whole;
    },
  );
  return `${laidOut}\n`;
}
