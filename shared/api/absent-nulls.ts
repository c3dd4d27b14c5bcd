import * as z from 'zod';
import { isJsonObject } from '../domain/lossless-json.ts';
import { isChange } from './fields.ts';

/**
 * A body without the nulls that mean "absent": those of optional properties that the schema names and that do not take
 * null themselves. Many generated clients send null for each property that was not set. In a change null is a value,
 * which clears; and so it is in objects of unchecked content, such as `parameters`.
 */
export function withoutAbsentNulls(schema: z.core.$ZodType, value: unknown): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod; // cast: the union of all the kinds that zod has
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nullable':
      return withoutAbsentNulls(def.innerType, value);
    case 'pipe':
      return withoutAbsentNulls(def.in, value);
    case 'array':
      return Array.isArray(value) ? value.map((item) => withoutAbsentNulls(def.element, item)) : value;
    case 'union':
      return def.options.reduce<unknown>((rest, option) => withoutAbsentNulls(option, rest), value);
    case 'object':
      return isJsonObject(value) ? withoutNullMembers(schema, def.shape, value) : value;
    default:
      return value;
  }
}

function withoutNullMembers(
  schema: z.core.$ZodType,
  shape: z.core.$ZodShape,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const members = { ...given };
  for (const [name, field] of Object.entries(shape)) {
    if (!Object.hasOwn(members, name)) continue;
    if (members[name] === null && !isChange(schema) && takesNullAsAbsent(field)) delete members[name];
    else members[name] = withoutAbsentNulls(field, members[name]);
  }
  return members;
}

/** Whether null for this property means that it is absent: it is optional, and null is no value of its own. */
export function takesNullAsAbsent(field: z.core.$ZodType): boolean {
  return field._zod.optin !== undefined && !z.safeParse(field, null).success;
}
