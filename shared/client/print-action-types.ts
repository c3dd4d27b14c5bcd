import type { Action } from './api-types.ts';
import { printSchema, type Schema } from './print-types.ts';

/** The types of a deployment's actions, as `new Trireme<Actions>()` takes them. */
export function printActionTypes(actions: readonly Action[]): string {
  const types = actions.map(({ name, title, input_schema, parameters_schema, result_schema }) => {
    const fields = Object.entries({
      input: input_schema,
      parameters: withoutMaxResults(parameters_schema),
      result: result_schema,
    }).map(([field, schema]) => `    readonly ${field}: ${printed(inlined(schema))};\n`);
    return `  /** ${title.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ')} */\n  readonly ${JSON.stringify(name)}: {\n${fields.join('')}  };\n`;
  });
  return `// Printed by \`trireme types\`.\n\nexport interface Actions {\n${types.join('')}}\n`;
}

/** An object that takes no property at all is `object`, so that properties can be added to it. */
function printed(schema: Schema): string {
  const isClosed = schema.additionalProperties === false && Object.keys(schema.properties ?? {}).length === 0;
  return isClosed ? 'object' : printSchema(schema, '    ');
}

/** The client adds it where it is taken: a live call has none. */
function withoutMaxResults(schema: Schema): Schema {
  const { max_results: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

/** A schema with what it refers to in itself in its place; what contains itself is unknown there. */
function inlined(root: Schema): Schema {
  const open: string[] = [];
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null) return value;
    const ref = '$ref' in value ? String(value.$ref) : null;
    if (ref === null) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inline(part)]));
    if (open.includes(ref)) return {};
    open.push(ref);
    const target = inline(targetOf(root, ref));
    open.pop();
    return target;
  };
  return inline(root) as Schema; // cast: it keeps its form
}

function targetOf(root: unknown, ref: string): unknown {
  let target = root;
  for (const key of ref.split('/').slice(1)) {
    if (typeof target !== 'object' || target === null) return {};
    target = (target as Readonly<Record<string, unknown>>)[key] ?? {}; // cast: any object has keys
  }
  return target;
}
