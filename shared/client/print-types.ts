/** The parts of an OpenAPI 3.1 document that types are printed from. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface ApiOperation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** A JSON Schema of draft 2020-12, as far as such documents use it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
}

/**
 * The types of an API: a type for each component, and for each operation its query and its body, named by its
 * operationId. A property that an answer may leave out, or a request need not have, is optional.
 */
export function printTypes({ paths, components }: ApiDocument): string {
  const printed = Object.entries(components.schemas).map(([name, schema]) => printDeclaration(name, schema));
  for (const methods of Object.values(paths)) {
    for (const operation of Object.values(methods)) printed.push(...printOperation(operation));
  }
  return `// Printed from the OpenAPI document.\n\n${printed.join('\n\n')}\n`;
}

function printOperation({ operationId, parameters = [], requestBody }: ApiOperation): readonly string[] {
  const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.name !== 'cursor');
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  const printed: string[] = [];
  if (query.length > 0) {
    const properties = Object.fromEntries(
      query.map(({ name: key, description, schema }) => [
        key,
        description === undefined ? schema : { ...schema, description },
      ]),
    );
    const required = query.filter((parameter) => parameter.required === true).map((parameter) => parameter.name);
    printed.push(
      printDeclaration(`${name}Query`, { type: 'object', properties, required, additionalProperties: false }),
    );
  }
  if (body?.properties !== undefined) printed.push(printDeclaration(`${name}Body`, body));
  return printed;
}

/** An exported type of that name. */
function printDeclaration(name: string, schema: Schema): string {
  const text = printSchema(schema);
  const isInterface = text.startsWith('{') && text.endsWith('}') && schema.type === 'object';
  return `${comment(schema.description, '')}export ${isInterface ? `interface ${name} ${text}` : `type ${name} = ${text};`}`;
}

/** The type of a schema, on several lines where it has properties. */
export function printSchema(schema: Schema, indent = ''): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  const ways = schema.anyOf ?? schema.oneOf;
  if (ways !== undefined) return union(ways.map((way) => printSchema(way, indent)));
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${printSchema(part, indent)})`).join(' & ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [guessType(schema)]);
  return union(types.map((type) => printOfType(type, schema, indent)));
}

function guessType({ properties, items }: Schema): string {
  if (properties !== undefined) return 'object';
  return items === undefined ? 'any' : 'array';
}

function printOfType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      if (schema.prefixItems !== undefined)
        return `readonly [${schema.prefixItems.map((item) => printSchema(item, indent)).join(', ')}]`;
      return `readonly (${schema.items === undefined ? 'unknown' : printSchema(schema.items, indent)})[]`;
    case 'object':
      return printObject(schema, indent);
    default:
      return 'unknown';
  }
}

function printObject({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    // undefined too, for who passes on what may be absent
    const type = required.includes(name)
      ? printSchema(schema, inner)
      : union([printSchema(schema, inner), 'undefined']);
    return `${comment(schema.description, inner)}${inner}readonly ${key}${required.includes(name) ? '' : '?'}: ${type};\n`;
  });
  const others =
    typeof additionalProperties === 'object' && lines.length === 0 ? printSchema(additionalProperties, inner) : null;
  if (lines.length === 0) return `Readonly<Record<string, ${others ?? 'unknown'}>>`;
  return `{\n${lines.join('')}${indent}}`;
}

function union(types: readonly string[]): string {
  const parts = [...new Set(types.flatMap((type) => (/^[^{(<]*$/.test(type) ? type.split(' | ') : [type])))];
  return parts.includes('unknown') ? 'unknown' : parts.join(' | ');
}

function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}
