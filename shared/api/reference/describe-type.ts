import { nameOf, type Schema } from './read-document.ts';

/** What a value may be, as Markdown: ``list of `RunInput` or null, 1 to 100 items``. Components are named as code. */
export function describeType(schema: Schema): string {
  return [kindOf(schema), ...limitsOf(schema)].join(', ');
}

function kindOf(schema: Schema): string {
  if (schema.$ref !== undefined) return code(nameOf(schema.$ref));
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return alternatives(schema.enum.map((value) => code(String(value))));
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined) return alternatives(members.map(kindOf));
  const types = [schema.type ?? 'any value'].flat();
  return alternatives(types.map((type) => typeName(type, schema)));
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'UUID',
  'date-time': 'time (RFC 3339)',
  uri: 'URL',
};

function typeName(type: string, { items, format, additionalProperties }: Schema): string {
  if (type === 'array') return items === undefined ? 'list' : `list of ${plural(kindOf(items))}`;
  if (type === 'string' && format !== undefined) return FORMATS[format] ?? 'string';
  if (type === 'object' && typeof additionalProperties === 'object') {
    const values = kindOf(additionalProperties);
    return values === 'any value' ? 'object' : `object of ${plural(values)}`;
  }
  return type;
}

function plural(kind: string): string {
  return /^(string|number|integer|boolean|object|any value|UUID|URL)$/.test(kind) ? `${kind}s` : kind;
}

/** Beyond this a bound says only that a number is one that JavaScript holds. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** A pattern that says more to a reader than a description does. */
function isReadable(pattern: string): boolean {
  return pattern.length <= 30 && !pattern.includes(String.raw`\u`);
}

function limitsOf(schema: Schema): readonly string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, items } = schema;
  const limits = [
    between(minimum, maximum === UNBOUNDED ? undefined : maximum, ''),
    between(minLength, maxLength, ' characters'),
    between(minItems, maxItems, ' items'),
  ];
  if (pattern !== undefined && isReadable(pattern)) limits.push(`matching ${code(pattern)}`);
  if (items !== undefined)
    limits.push(
      limitsOf(items)
        .join(', ')
        .replace(/^(?=.)/, 'each '),
    );
  for (const member of schema.anyOf ?? schema.oneOf ?? []) limits.push(...limitsOf(member));
  if (schema.default !== undefined) limits.push(`default ${code(JSON.stringify(schema.default))}`);
  return [...new Set(limits.filter((limit) => limit !== ''))];
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  const low = least === undefined || least <= -UNBOUNDED ? undefined : count(least);
  if (most === undefined) return low === undefined || (unit !== '' && least === 0) ? '' : `at least ${low}${unit}`;
  return low === undefined || least === 0 ? `at most ${count(most)}${unit}` : `${low} to ${count(most)}${unit}`;
}

/** A number as people write it. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Each once. */
function alternatives(texts: readonly string[]): string {
  return [...new Set(texts)].join(' or ');
}

/** Text as code; a backtick or a bar inside it would end the code or a table's cell. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
