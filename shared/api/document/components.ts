import * as z from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/** The document's components, and how a schema is written with references to them. */
export interface Components {
  /** A schema of a request: an unknown property is refused. */
  request(schema: z.ZodType): Json;
  /** A query parameter as it is read: numbers, booleans and lists. */
  query(schema: z.ZodType): Json;
  /**
   * A schema of an answer. It is strict for our own tests only: the document leaves objects open, since a later version
   * may add properties and a generated client must not refuse them.
   */
  answer(schema: z.ZodType): Json;
  /** All components by name, sorted. */
  all(): Json;
}

/** Collects each schema with an id as a component. Throws where two different schemas have the same id. */
export function createComponents(): Components {
  const components = new Map<string, Json>();
  function write(schema: z.ZodType, io: 'input' | 'output', isOpen: boolean): Json {
    const override = ({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
      withoutNoise(jsonSchema);
      if (isOpen && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    };
    // As a property even a schema that has an id itself becomes a reference.
    const json = z.toJSONSchema(z.object({ root: schema }), { io, override });
    const { properties, $defs = {} } = JSON.parse(
      JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as { readonly properties: { readonly root: Json }; readonly $defs?: Readonly<Record<string, Json>> }; // as just written
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
    request: (schema) => write(schema, 'input', false),
    query: (schema) => write(schema, 'output', false),
    answer: (schema) => write(schema, 'input', true),
    all: () => Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Leaves out what `format` and `type` state already. */
function withoutNoise(json: z.core.JSONSchema.BaseSchema): void {
  if (json.format !== undefined) delete json.pattern;
  delete json.propertyNames;
}
