import { literal } from './literal.ts';
import { needsKey, type SampledCall, urlWith, variablesOf } from './sampled-call.ts';
import { sampleInTypescript } from './sample-in-typescript.ts';

/** One call in curl, TypeScript and Python: blocks of Markdown. The key and uids come from the environment. */
export function describeSamples(sampled: SampledCall): string {
  return [
    fence('sh', sampleInCurl(sampled)),
    fence('ts', sampleInTypescript(sampled)),
    fence('py', sampleInPython(sampled)),
  ].join('\n\n');
}

export function fence(language: string, code: string): string {
  return `\`\`\`${language}\n${code}\n\`\`\``;
}

function sampleInCurl(sampled: SampledCall): string {
  const { call, body } = sampled;
  const usual = body === undefined ? 'GET' : 'POST';
  const lines = [
    `curl ${call.method === usual ? '' : `-X ${call.method} `}"${urlWith(sampled, (name) => `$${name}`)}"`,
    ...(needsKey(sampled) ? ['-H "X-API-Key: $KEY"'] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${quoted(literal(body, 'json'))}'`]),
  ];
  return lines.join(' \\\n  ');
}

/** Text within single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}

function sampleInPython(sampled: SampledCall): string {
  const { call, body } = sampled;
  const hasVariables = variablesOf(call.path).length > 0;
  const hasAnswer = call.responses['204'] === undefined;
  const headers = [
    ...(needsKey(sampled) ? ['"X-API-Key": os.environ["KEY"]'] : []),
    ...(body === undefined ? [] : ['"Content-Type": "application/json"']),
  ];
  const parts = [
    `${hasVariables ? 'f' : ''}"${urlWith(sampled, (name) => `{os.environ['${name}']}`)}"`,
    `method="${call.method}"`,
    ...(headers.length === 0 ? [] : [`headers={${headers.join(', ')}}`]),
    ...(body === undefined ? [] : [`data=json.dumps(${literal(body, 'python', '    ')}).encode()`]),
  ];
  const modules = [
    ...(hasAnswer || body !== undefined ? ['json'] : []),
    ...(hasVariables || needsKey(sampled) ? ['os'] : []),
    'urllib.request',
  ];
  return [
    ...modules.map((name) => `import ${name}`),
    '',
    'request = urllib.request.Request(',
    ...parts.map((part) => `    ${part},`),
    ')',
    'with urllib.request.urlopen(request) as response:',
    hasAnswer ? '    print(json.load(response))' : '    print(response.status)',
  ].join('\n');
}
