import { inputCustomData } from '../launches/schemas.ts';
import { COMPONENTS, type Components, type Json } from './components.ts';
import type { DocumentedAction } from './documented-action.ts';

/** References to the components of one action. */
export interface ActionSchemas {
  /** Begins the names of its components and operations: `SearchCities`. */
  readonly prefix: string;
  /** An input with `custom_data`. */
  readonly input: Json;
  /** For async runs and schedules. */
  readonly parameters: Json;
  /** For live calls, which take no `max_results`. */
  readonly liveParameters: Json;
  readonly areParametersNeeded: boolean;
  readonly result: Json;
}

const PARTS = ['Input', 'Parameters', 'LiveParameters', 'Result'] as const;

/** Makes the schemas of an action components. */
export function defineActionSchemas(action: DocumentedAction, components: Components): ActionSchemas {
  const customData = components.request(inputCustomData);
  const prefix = freePrefix(action.name, components);
  const { inputSchema, parametersSchema, resultSchema } = action;
  const define = (part: (typeof PARTS)[number], schema: Json): Json =>
    defineWithParts(`${prefix}${part}`, schema, components);
  const withCustomData = mapObjects(inputSchema, (properties) => ({ ...properties, custom_data: customData }));
  const withoutLimit = mapObjects(parametersSchema, ({ max_results: _limit, ...own }) => own);
  return {
    prefix,
    input: define('Input', { title: `${action.title}: input`, ...withCustomData, ...leastBeside(inputSchema) }),
    parameters: define('Parameters', { title: `${action.title}: parameters`, ...parametersSchema }),
    liveParameters: define('LiveParameters', { title: `${action.title}: parameters of a live call`, ...withoutLimit }),
    areParametersNeeded: objectsOf(parametersSchema).some(
      ({ required }) => Array.isArray(required) && required.length > 0,
    ),
    result: define('Result', { title: `${action.title}: result`, ...opened(resultSchema) }),
  };
}

/** `custom_data` is not one of the properties of which an input needs so many. */
function leastBeside({ minProperties, if: condition }: Json): Json {
  if (typeof minProperties !== 'number' || condition !== undefined) return {};
  const hasCustomData = { required: ['custom_data'], properties: { custom_data: {} } };
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  return { if: hasCustomData, then: { minProperties: minProperties + 1 } };
}

/** The name in capitals and small letters, with a number behind where another component has such a name. */
function freePrefix(name: string, components: Components): string {
  const words = pascal(name);
  const isFree = (prefix: string): boolean => PARTS.every((part) => !components.has(`${prefix}${part}`));
  let prefix = words;
  for (let number = 2; !isFree(prefix); number += 1) prefix = `${words}${number}`;
  return prefix;
}

function pascal(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

/** The definitions that a schema brings become components of their own, under names that begin with its own. */
function defineWithParts(name: string, { $defs = {}, ...schema }: Json, components: Components): Json {
  const parts: Readonly<Record<string, Json>> = Object($defs);
  const nameOf = (part: string): string => `${name}${pascal(part)}`;
  const relocate = (json: Json): Json =>
    JSON.parse(JSON.stringify(json), (key, value: unknown) => {
      if (isSchemaWithObjectDefault(value)) return { ...value, default: undefined };
      if (key !== '$ref' || typeof value !== 'string') return value;
      const part = /^#\/\$defs\/(.+)$/.exec(value)?.[1];
      return `${COMPONENTS}${part === undefined ? name : nameOf(part)}`;
    });
  for (const [part, { id: _id, ...definition }] of Object.entries(parts)) {
    components.define(nameOf(part), relocate(definition));
  }
  const { id: _id, ...own } = relocate(schema);
  return components.define(name, own);
}

/** A default that is an object is left out: what openapi-generator writes of it does not compile in Java. */
function isSchemaWithObjectDefault(value: unknown): value is Json {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('default' in value)) return false;
  const usual = value.default;
  return typeof value.type === 'string' && typeof usual === 'object' && usual !== null && !Array.isArray(usual);
}

/** The objects that a schema allows: itself, or the members of a union. */
function objectsOf(schema: Json): readonly Json[] {
  const members: unknown = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(members) ? members : [schema];
}

/** Changes the properties of each object that a schema allows. */
function mapObjects(schema: Json, change: (properties: Json) => Json): Json {
  const key = Array.isArray(schema['anyOf']) ? 'anyOf' : 'oneOf';
  const members = schema[key];
  if (Array.isArray(members)) return { ...schema, [key]: members.map((member: Json) => mapObjects(member, change)) };
  return { ...schema, properties: change(Object(schema['properties'])) };
}

/** A later version of the action may give more: a result's objects are open, as those of every answer. */
function opened(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  );
}
