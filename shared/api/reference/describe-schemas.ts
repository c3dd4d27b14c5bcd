import { describeFields, sentence } from './describe-fields.ts';
import { describeType } from './describe-type.ts';
import type { ApiDocument, Schema } from './read-document.ts';
import { callsOf, nameOf } from './read-document.ts';

/** Each named type as Markdown, but for bodies of requests: these stand with their calls. */
export function describeSchemas(document: ApiDocument): readonly { readonly name: string; readonly text: string }[] {
  const bodies = new Set(
    callsOf(document).map(({ requestBody }) => nameOf(requestBody?.content['application/json'].schema.$ref ?? '')),
  );
  return Object.entries(document.components.schemas)
    .filter(([name]) => !bodies.has(name))
    .map(([name, schema]) => ({ name, text: describeSchema(schema, document) }));
}

function describeSchema(schema: Schema, document: ApiDocument): string {
  const { title, description = title } = schema;
  const fields = describeFields(schema, document);
  const kind = fields === '' ? `One value: *${describeType(schema)}*.` : fields;
  return [sentence(description ?? ''), kind].filter((text) => text !== '').join('\n\n');
}
