import { describeType } from './describe-type.ts';
import { type ApiDocument, nameOf, type Parameter, type Schema } from './read-document.ts';

/** The properties of an object as a list of Markdown, those of objects within it below them. */
export function describeFields(schema: Schema, document: ApiDocument): string {
  const { properties = {}, required = [] } = resolve(schema, document);
  return Object.entries(properties)
    .map(([name, field]) =>
      item(name, field, required.includes(name), indent(describeFields(withoutName(field), document))),
    )
    .join('\n');
}

/** The parameters of a call as a list of Markdown. */
export function describeParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ name, description, schema, required = false }) =>
      item(name, { ...schema, ...(description === undefined ? {} : { description }) }, required, ''),
    )
    .join('\n');
}

function item(name: string, field: Schema, isRequired: boolean, below: string): string {
  const type = `${describeType(field)}${isRequired ? ', required' : ''}`;
  const line = `- \`${name}\` *${type}*`;
  const text = sentence(field.description ?? '');
  return [text === '' ? line : `${line}  \n${indent(text)}`, ...(below === '' ? [] : [below])].join('\n');
}

/** A description ends as a sentence does. */
export function sentence(text: string): string {
  return text === '' || /[.:!?|]$/.test(text) ? text : `${text}.`;
}

/** Follows a reference. */
export function resolve(schema: Schema, { components }: ApiDocument): Schema {
  return schema.$ref === undefined ? schema : (components.schemas[nameOf(schema.$ref)] ?? {});
}

/** The object whose fields stand below a field: one without a name of its own, or nothing. */
function withoutName(field: Schema): Schema {
  if (field.$ref !== undefined) return {};
  if (field.properties !== undefined) return field;
  if (field.items !== undefined) return withoutName(field.items);
  return (field.anyOf ?? []).map(withoutName).find(({ properties }) => properties !== undefined) ?? {};
}

function indent(text: string): string {
  return text === '' ? '' : text.replaceAll(/^(?=.)/gm, '  ');
}
