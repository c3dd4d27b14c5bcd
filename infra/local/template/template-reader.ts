import * as z from 'zod';
import { intrinsicResolver } from './intrinsics.ts';
import { TemplateError } from './template-error.ts';
import type { TemplateDocument } from './intrinsics.ts';
import { localReferences, physicalName } from './resource-names.ts';
import type { LocalEndpoints } from './resource-names.ts';

/** A resource that exists, its properties resolved and checked. */
interface ResolvedResource<T> {
  readonly id: string;
  /** Its physical name. */
  readonly name: string;
  readonly properties: T;
  /** One of its attributes, as `Fn::GetAtt` gives it. */
  attribute(name: string): string;
  /** What `Ref` gives. */
  readonly ref: string;
}

/** Reads resources of one type out of a template. */
export interface TemplateReader {
  /** All resources of a type, in the template's order. Throws a TemplateError that names the resource at fault. */
  all<S extends z.ZodType>(type: string, schema: S): readonly ResolvedResource<z.output<S>>[];
  /** The names of all resources of a type that needs nothing but a name here: buckets, schedule groups, log groups. */
  names(type: string): readonly string[];
}

/** A number that CloudFormation may hold as text. */
export const cfnNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .transform(Number),
]);
/** A flag that CloudFormation may hold as text. */
export const cfnBoolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
/** A property that would change what happens and that the local runtime does not carry out. */
export const unsupported = z.undefined('is not supported by the local runtime').optional();

/** Opens a template for reading; endpoints become part of queue URLs and of the API's address. */
export function createTemplateReader(
  template: TemplateDocument,
  stackName: string,
  endpoints: LocalEndpoints,
): TemplateReader {
  const references = localReferences(template, stackName, endpoints);
  const resolver = intrinsicResolver(template, stackName, references);
  const all: TemplateReader['all'] = (type, schema) =>
    Object.entries(template.Resources)
      .filter(
        ([id, { Type, Condition }]) => Type === type && (Condition === undefined || resolver.condition(Condition, id)),
      )
      .map(([id, { Properties = {} }]) => {
        const parsed = schema.safeParse(resolver.value(Properties, id));
        if (!parsed.success) throw new TemplateError(`${id} (${type})`, faultsOf(parsed.error));
        return {
          id,
          name: physicalName(template, stackName, id),
          properties: parsed.data,
          attribute: (name: string) => references.attribute(id, name),
          ref: references.ref(id),
        };
      });
  return { all, names: (type) => all(type, z.object({})).map(({ name }) => name) };
}

function faultsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
