import { action as EXAMPLE_ACTION } from '../document/example-objects.ts';
import { describeFields, describeParameters, resolve, sentence } from './describe-fields.ts';
import { describeType } from './describe-type.ts';
import { literal } from './literal.ts';
import { type Answer, type ApiDocument, type Call, nameOf } from './read-document.ts';
import { describeSamples, fence } from './samples.ts';

/** A call as Markdown: what it does, takes and answers; and how it is called. */
export function describeCall(call: Call, document: ApiDocument): { readonly text: string; readonly samples: string } {
  return {
    text: parts(
      fence('http', `${call.method} ${call.path}`),
      call.description,
      ...describeParametersOf(call),
      ...describeBody(call, document),
      ...describeAnswers(call),
      describeErrors(call, document),
    ),
    samples: parts(
      describeSamples({
        call,
        url: document.servers[0].url,
        action: EXAMPLE_ACTION.name,
        body: call.requestBody?.content['application/json'].example,
      }),
      ...exampleAnswer(call),
    ),
  };
}

function parts(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

const PLACES = { path: 'Path', query: 'Query', header: 'Headers' } as const;

function describeParametersOf({ parameters }: Call): readonly string[] {
  return Object.entries(PLACES).flatMap(([place, heading]) => {
    const list = describeParameters(parameters.filter((parameter) => parameter.in === place));
    return list === '' ? [] : [`#### ${heading}`, list];
  });
}

function describeBody({ requestBody }: Call, document: ApiDocument): readonly string[] {
  if (requestBody === undefined) return [];
  const { schema } = requestBody.content['application/json'];
  const fields = describeFields(schema, document);
  const heading = requestBody.required === true ? '#### Body' : '#### Body, may be left out';
  return [heading, sentence(resolve(schema, document).description ?? ''), fields];
}

/** Headers that come with every answer are told once, in the guide of limits. */
const COMMON_HEADER = /^X-RateLimit-|^Idempotency-Replayed$/;

function describeAnswers({ responses }: Call): readonly string[] {
  const answers = Object.entries(responses).filter(([status, { $ref }]) => /^[23]/.test(status) && $ref === undefined);
  return ['#### Answer', ...answers.map(([status, answer]) => describeAnswer(status, answer))];
}

function describeAnswer(status: string, { description = '', content = {}, headers = {} }: Answer): string {
  const json = content['application/json'];
  const type = json === undefined ? '' : ` *${describeType(json.schema)}*`;
  const exports = Object.keys(content).filter((media) => media !== 'application/json');
  const also = exports.length === 0 ? '' : ` By \`Accept\` also ${exports.map((media) => `\`${media}\``).join(', ')}.`;
  const own = Object.entries(headers).filter(([name]) => !COMMON_HEADER.test(name));
  const list = own.map(([name, header]) => `- \`${name}\` *header*  \n  ${sentence(header.description ?? '')}`);
  return parts(`**${status.replace('XX', '00')}** ${sentence(description)}${also}${type}`, list.join('\n'));
}

function describeErrors({ responses }: Call, { components }: ApiDocument): string {
  const statuses = Object.entries(responses).flatMap(([status, { $ref = '' }]) => {
    const { content = {} } = components.responses[nameOf($ref)] ?? {};
    const labels = Object.keys(content['application/json']?.examples ?? {});
    return labels.length === 0 ? [] : [`${status} ${labels.map((label) => `\`${label}\``).join(', ')}`];
  });
  return statuses.length === 0 ? '' : `#### Errors\n\n${statuses.join(' · ')}`;
}

function exampleAnswer({ responses }: Call): readonly string[] {
  for (const [status, { content = {} }] of Object.entries(responses)) {
    const example = content['application/json']?.example;
    if (status.startsWith('2') && example !== undefined)
      return [`Answer ${status}:`, fence('json', literal(example, 'json'))];
  }
  return [];
}
