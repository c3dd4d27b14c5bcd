import * as z from 'zod';
import { takesNullAsAbsent } from '../absent-nulls.ts';
import { isChange } from '../fields.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Where schemas lie in the document. */
export const COMPONENTS = '#/components/schemas/';

/** The document's components, and how a schema is written with references to them. */
export interface Components {
  /** A schema of a request: an unknown property is refused, and null for an optional one means that it is absent. */
  request(schema: z.ZodType): Json;
  /** A query parameter as it is read: numbers, booleans and lists. */
  query(schema: z.ZodType): Json;
  /**
   * A schema of an answer. It is strict for our own tests only: the document leaves objects open, since a later version
   * may add properties and a generated client must not refuse them.
   */
  answer(schema: z.ZodType): Json;
  /** Makes a schema a component, and gives the reference to it. */
  define(name: string, schema: Json): Json;
  has(name: string): boolean;
  /** Makes a response a component, and gives the reference to it. */
  defineResponse(name: string, response: Json): Json;
  /** All components by name, sorted. */
  all(): { readonly responses: Json; readonly schemas: Json };
}

/** Collects each schema with an id as a component. Throws where two different schemas have the same id. */
export function createComponents(): Components {
  const components = new Map<string, Json>();
  const responses = new Map<string, Json>();
  function write(schema: z.ZodType, io: 'input' | 'output', part: 'body' | 'query' | 'answer'): Json {
    const override = ({ zodSchema, jsonSchema }: Written): void => {
      writeAsDocumented(jsonSchema);
      writeAsList(jsonSchema);
      withoutNoise(jsonSchema);
      if (part === 'answer' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (part === 'body') addAbsentNulls(zodSchema, jsonSchema);
    };
    // As a property even a schema that has an id itself becomes a reference.
    const json = z.toJSONSchema(z.object({ root: schema }), { io, override });
    const { properties, $defs = {} } = JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', `"${COMPONENTS}`)) as {
      readonly properties: { readonly root: Json };
      readonly $defs?: Readonly<Record<string, Json>>;
    }; // as just written
    for (const [name, { id: _id, ...definition }] of Object.entries($defs)) add(name, definition);
    return properties.root;
  }
  function add(name: string, definition: Json): void {
    const known = components.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`Two different schemas of the API have the id ${name}; an id names one schema.`);
    }
    components.set(name, definition);
  }
  return {
    request: (schema) => write(schema, 'input', 'body'),
    query: (schema) => write(schema, 'output', 'query'),
    answer: (schema) => write(schema, 'input', 'answer'),
    define(name, schema) {
      add(name, schema);
      return { $ref: `${COMPONENTS}${name}` };
    },
    has: (name) => components.has(name),
    defineResponse(name, response) {
      responses.set(name, response);
      return { $ref: `#/components/responses/${name}` };
    },
    all: () => ({ responses: sorted(responses), schemas: sorted(components) }),
  };
}

function sorted(named: ReadonlyMap<string, Json>): Json {
  return Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Written {
  readonly zodSchema: z.core.$ZodType;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** Lets optional properties be null, where that means absent (absent-nulls.ts). */
function addAbsentNulls(zodSchema: z.core.$ZodType, { properties }: z.core.JSONSchema.BaseSchema): void {
  if (!(zodSchema instanceof z.ZodObject) || properties === undefined || isChange(zodSchema)) return;
  for (const [name, field] of Object.entries(zodSchema.shape)) {
    const written = properties[name];
    if (typeof written !== 'object' || !takesNullAsAbsent(field)) continue;
    // The default stays within: openapi-typescript takes a property that has one itself for a required one.
    const { description, ...rest } = written;
    properties[name] = {
      anyOf: [rest, { type: 'null' }],
      ...(description === undefined ? {} : { description }),
    };
  }
}

/**
 * Puts `documentedAs` of a schema's meta in its place: a union of lists or objects without ids is more than generators
 * of clients take (what they write for Java does not compile, or takes any result for the first of its forms).
 */
function writeAsDocumented(json: z.core.JSONSchema.BaseSchema): void {
  const { documentedAs } = json;
  if (documentedAs === undefined) return;
  for (const name of Object.keys(json)) delete json[name];
  Object.assign(json, documentedAs);
}

/** Where a list or one item of it is taken, the document has the list: see {@link writeAsDocumented}. */
function writeAsList(json: z.core.JSONSchema.BaseSchema): void {
  const [list, item, ...more] = json.anyOf ?? [];
  if (list?.type !== 'array' || more.length > 0 || JSON.stringify(list.items) !== JSON.stringify(item)) return;
  delete json.anyOf;
  Object.assign(json, list);
}

/** Formats of which zod also writes the pattern. */
const PLAIN_FORMATS: ReadonlySet<unknown> = new Set(['uuid', 'date-time']);

/** Leaves out what `format` and `type` state already. */
function withoutNoise(json: z.core.JSONSchema.BaseSchema): void {
  if (PLAIN_FORMATS.has(json.format)) delete json.pattern;
  if (JSON.stringify(json.propertyNames) === '{"type":"string"}') delete json.propertyNames;
}
