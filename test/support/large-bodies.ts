import type { Method } from '../../shared/api/route.ts';
import type { ReadingHarness } from '../functions/runs-harness.ts';

/** A request that is small to send and might be large to check, and how it is to be answered. */
export interface LargeRequest {
  readonly what: string;
  readonly method?: Method;
  /** `{schedule}` and `{run}` stand for the uid of one that is there. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => string;
  readonly status: number;
  /** What the answer's message says; of a success, what its body holds. */
  readonly says: RegExp;
}

/** As much as a body may be, less what stands around the repeated part. */
const BYTES = 4_490_000;
const ASYNC = '/v1/actions/search-cities/run/async';
const SCHEDULE = '/v1/actions/search-cities/run/schedule';
const LIVE = '/v1/actions/search-cities/run/live';
const PREVIEW = '/v1/schedules/preview';

/** As many of `part` as fit, by commas. */
function fill(part: string): string {
  return `${part},`.repeat(Math.floor(BYTES / (part.length + 1))).slice(0, -1);
}

/** As many members `"name":value` as fit, no two of one name. */
function members(value: string): string {
  const parts: string[] = [];
  for (let bytes = 0, at = 0; bytes < BYTES; at += 1) {
    const part = `"${at.toString(36).padStart(4, '0')}":${value}`;
    bytes += part.length + 1;
    parts.push(part);
  }
  return parts.join(',');
}

/** 100,000 inputs, each its own. */
function inputsOf(input: (index: number) => string): string {
  return `[${Array.from({ length: 100_000 }, (_, index) => input(index)).join(',')}]`;
}

/** As many inputs as fit, none of them over its own limit. */
function inputsThatFit(input: (index: number) => string): string {
  const parts: string[] = [];
  for (let bytes = 0; bytes < BYTES && parts.length < 100_000; bytes += (parts.at(-1) ?? '').length + 1) {
    parts.push(input(parts.length));
  }
  return `[${parts.slice(0, -1).join(',')}]`;
}

/** Members `"name":value`, no two of one name in all the inputs of a body. */
const membersOf = (input: number, count: number, value: (member: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => `"${(input * count + at).toString(36)}":${value(at)}`);

const nested = (open: string, close: string, inner: string): string =>
  open.repeat(BYTES / 2 / open.length) + inner + close.repeat(BYTES / 2 / close.length);
/** Objects in each other, no name of which any other input has. */
const nameEachLevel = (input: number, depth: number): string =>
  membersOf(input, depth, () => '').reduce((inner, name) => `{${name}${inner}}`, '1');
const ONES = `[${'1,'.repeat(25)}1]`;
const oneInput = '"inputs":[{"country":"FR"}]';

/** Requests that each of our limits refuses. */
export const REFUSED: readonly LargeRequest[] = [
  ...[ASYNC, SCHEDULE].flatMap((path): LargeRequest[] => [
    {
      what: `ones as inputs: ${path}`,
      path,
      body: () => `{"inputs":[${fill('1')}]}`,
      status: 413,
      says: /inputs has 2245000 inputs, over the limit of 100000; upload/,
    },
    {
      what: `empty inputs: ${path}`,
      path,
      body: () => `{"inputs":[${fill('{}')}]}`,
      status: 413,
      says: /inputs has 1496666 inputs, over the limit of 100000/,
    },
    {
      what: `100,000 ones as inputs: ${path}`,
      path,
      body: () => `{"inputs":${inputsOf(() => '1')}}`,
      status: 400,
      says: /inputs\[0\].*object.*99999 more/,
    },
    {
      what: `100,000 empty inputs: ${path}`,
      path,
      body: () => `{"inputs":${inputsOf(() => '{}')}}`,
      status: 400,
      says: /100000 of 100000 inputs are invalid.*inputs\[0\].*give at least one/,
    },
    {
      what: `100,000 inputs of unknown properties: ${path}`,
      path,
      body: () => `{"inputs":${inputsOf((at) => `{"a${at}":1,"b":2,"c":[{"d":3}]}`)}}`,
      status: 400,
      says: /100000 of 100000 inputs are invalid.*inputs\[0\]\.a0: unknown property/,
    },
    {
      what: `100,000 inputs with a wrong type: ${path}`,
      path,
      body: () => `{"inputs":${inputsOf((at) => `{"country":${at},"name":[]}`)}}`,
      status: 400,
      says: /100000 of 100000 inputs are invalid.*inputs\[0\]\.country/,
    },
    {
      what: `100,000 inputs with a wrong custom_data: ${path}`,
      path,
      body: () => `{"inputs":${inputsOf(() => '{"country":"FR","custom_data":1}')}}`,
      status: 400,
      says: /inputs\[0\]\.custom_data.*99999 more/,
    },
    {
      what: `header names: ${path}`,
      path,
      body: () => `{${oneInput},"callback":{"url":"https://e.example/","headers":{${members('""')}}}}`,
      status: 413,
      says: /callback\.headers has 449000 properties, over the limit of 10000/,
    },
    {
      what: `parameters: ${path}`,
      path,
      body: () => `{${oneInput},"parameters":{${members('1')}}}`,
      status: 413,
      says: /parameters.*properties/,
    },
    {
      what: `properties of one input: ${path}`,
      path,
      body: () => `{"inputs":[{"country":"FR"},{${members('1')}}]}`,
      status: 413,
      says: /inputs\[1\].*properties/,
    },
    {
      what: `properties at the root: ${path}`,
      path,
      body: () => `{${oneInput},${members('1')}}`,
      status: 413,
      says: /The body has 498890 properties, over the limit of 10000/,
    },
    {
      what: `a list in parameters: ${path}`,
      path,
      body: () => `{${oneInput},"parameters":{"a":[${fill('1')}]}}`,
      status: 413,
      says: /parameters\.a.*elements/,
    },
  ]),
  {
    what: 'many inputs of many properties',
    path: ASYNC,
    body: () => {
      const some = members('1').slice(0, 32_000);
      return `{"inputs":[${`{${some.slice(0, some.lastIndexOf(','))}},`.repeat(137).slice(0, -1)}]}`;
    },
    status: 400,
    says: /137 of 137 inputs are invalid/,
  },
  ...(
    [
      ['one name of its own', (at) => `{"a${at}":1}`],
      ['three names of their own', (at) => `{"a${at}":1,"b${at}":2,"c${at}":3}`],
      ['four names, the same in all', () => '{"a":1,"b":2,"c":3,"d":4}'],
      ['800 empty objects', () => `{"name":[${'{},'.repeat(799)}{}]}`],
      ['800 empty lists', () => `{"name":[${'[],'.repeat(799)}[]]}`],
      [
        '100 short strings',
        (at) =>
          `{"name":[${membersOf(at, 100, () => '')
            .map((name) => name.slice(0, -1))
            .join(',')}]}`,
      ],
      ['one number that no double holds', () => '{"min_population":738529527931269425}'],
      ['25 numbers of too many digits', () => `{"name":[${'1.0000000000000000,'.repeat(24)}9007199254740993]}`],
      ['30 numbers of too many zeros', () => `{"name":[${'10000000000000000000000,'.repeat(29)}1]}`],
      ['ten powers of ten', () => `{"name":[${'1e400,'.repeat(2)}${'1.0e20,'.repeat(7)}1]}`],
      ['a name that is almost __proto__', (at) => `{"__proto${at}__":1,"__proto__x":2}`],
    ] as [string, (index: number) => string][]
  ).map(([what, input]): LargeRequest => ({
    what: `inputs of ${what}`,
    path: ASYNC,
    body: () => `{"inputs":${inputsThatFit(input)}}`,
    status: 400,
    says: /(\d+) of \1 inputs are invalid/,
  })),
  ...(
    [
      ['ten names of their own', 10, (at) => `{${membersOf(at, 10, String).join(',')}}`],
      ['40 objects, each of a name of its own', 40, (at) => `{"name":[{${membersOf(at, 40, String).join('},{')}}]}`],
      ['objects 28 deep, each of a name of its own', 28, (at) => nameEachLevel(at, 28)],
      [
        'ten names of their own, one of a number that no double holds',
        10,
        (at) => `{${membersOf(at, 10, (member) => (at + member === 0 ? '1e400' : '1')).join(',')}}`,
      ],
    ] as [string, number, (index: number) => string][]
  ).flatMap(([what, names, input]): LargeRequest[] => [
    {
      what: `inputs of ${what}, as many as fit`,
      path: ASYNC,
      body: () => `{"inputs":${inputsThatFit(input)}}`,
      status: 413,
      says: /The body has \d{6} different property names, over the limit of 300000; split it/,
    },
    {
      what: `inputs of ${what}, just under the limit`,
      path: ASYNC,
      body: () => `{"inputs":[${Array.from({ length: Math.floor(299_000 / names) }, (_, at) => input(at)).join(',')}]}`,
      status: 400,
      says: /(\d+) of \1 inputs are invalid/,
    },
  ]),
  {
    what: 'a long name before as many lists as fit, which is no JSON',
    path: ASYNC,
    body: () => `{"${'x'.repeat(BYTES / 2)}":${'[]'.repeat(BYTES / 4)}`,
    status: 400,
    says: /not valid JSON/,
  },
  {
    what: 'a number of millions of digits',
    path: ASYNC,
    body: () => `{${oneInput},"deadline_seconds":1${'0'.repeat(BYTES - 1)}1}`,
    status: 400,
    says: /deadline_seconds: the number 1000/,
  },
  {
    what: 'numbers of just fifteen digits',
    path: ASYNC,
    body: () => `{"inputs":${inputsThatFit(() => `{"name":[${'100000000000000,'.repeat(100)}1]}`)}}`,
    status: 400,
    says: /(\d+) of \1 inputs are invalid/,
  },
  {
    what: 'other runs to wait for',
    path: ASYNC,
    body: () => `{${oneInput},"depends_on":[${fill('1')}]}`,
    status: 413,
    says: /depends_on has 2245000 elements/,
  },
  {
    what: '15,000 other runs to wait for',
    path: ASYNC,
    body: () => `{${oneInput},"depends_on":[${Array.from({ length: 15_000 }, () => '{"uid":1}').join(',')}]}`,
    status: 400,
    says: /depends_on.*20/,
  },
  {
    what: 'broken JSON at its end',
    path: ASYNC,
    body: () => `{"inputs":[${fill(`{"a":${ONES}}`)}]]`,
    status: 400,
    says: /not valid JSON at line 1, column 448\d{4}; expected , or }/,
  },
  {
    what: 'broken JSON of many lines',
    path: ASYNC,
    body: () => `{"inputs":[\n${fill(`{"a":\n${ONES}}`)}`,
    status: 400,
    says: /not valid JSON at line 7\d{4}, column \d+; expected , or ]/,
  },
  {
    what: '100,000 inputs of ten lists',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf(() => `{"name":[${'[],'.repeat(9)}{}]}`)}}`,
    status: 400,
    says: /100000 of 100000 inputs are invalid.*inputs\[0\]\.name/,
  },
  {
    what: '100,000 inputs with a number that no double holds',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf((at) => `{"min_population":9007199254${at + 1_000_001}}`)}}`,
    status: 400,
    says: /of 100000 inputs are invalid.*inputs\[\d+\]\.min_population/,
  },
  {
    what: '100,000 inputs with a letter escaped',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf(() => '{"n\\u0070me":"Paris"}')}}`,
    status: 400,
    says: /100000 of 100000 inputs are invalid/,
  },
  {
    what: '100,000 wrong inputs for a schedule that is there',
    method: 'PATCH',
    path: '/v1/schedules/{schedule}',
    body: () => `{"inputs":${inputsOf((at) => `{"country":${at}}`)}}`,
    status: 400,
    says: /100000 of 100000 inputs are invalid/,
  },
  {
    what: 'ones as inputs of a schedule that is there',
    path: '/v1/schedules/{schedule}/update',
    body: () => `{"inputs":[${fill('1')}]}`,
    status: 413,
    says: /inputs has 2245000 inputs, over the limit of 100000/,
  },
  {
    what: 'a long note of a pause',
    path: '/v1/schedules/{schedule}/pause',
    body: () => `{"note":"${'x'.repeat(BYTES)}"}`,
    status: 400,
    says: /note.*500/,
  },
  {
    what: '15,000 statuses to replay',
    path: '/v1/runs/{run}/callbacks/replay',
    body: () => `{"status":[${'"FAILED",'.repeat(15_000)}"FAILED"]}`,
    status: 400,
    says: /status/,
  },
  {
    what: '15,000 wrong statuses to replay',
    path: '/v1/runs/{run}/callbacks/replay',
    body: () => `{"status":[${'1,'.repeat(15_000)}1]}`,
    status: 400,
    says: /status/,
  },
  {
    what: 'a body of properties where none is taken',
    path: '/v1/runs/{run}/cancel',
    body: () =>
      `{${members('1')
        .slice(0, 80_000)
        .replace(/,[^,]*$/, '')}}`,
    status: 400,
    says: /unknown property.*more\)/,
  },
  {
    what: 'nested lists',
    path: ASYNC,
    body: () => nested('[', ']', ''),
    status: 400,
    says: /nest deeper than 32 levels/,
  },
  {
    what: 'nested objects, not closed',
    path: ASYNC,
    body: () => '{"a":'.repeat(BYTES / 5),
    status: 400,
    says: /nest deeper than 32 levels/,
  },
  {
    what: 'an open string',
    path: ASYNC,
    body: () => `{"inputs":["${'\\"'.repeat(BYTES / 2)}`,
    status: 400,
    says: /not valid JSON.*closing quote/,
  },
  {
    what: 'a long name',
    path: ASYNC,
    body: () => `{${oneInput},"name":"${'x'.repeat(BYTES)}"}`,
    status: 400,
    says: /name.*200/,
  },
  {
    what: 'a long schedule_at',
    path: ASYNC,
    body: () => `{${oneInput},"schedule_at":"${'1'.repeat(BYTES)}"}`,
    status: 400,
    says: /schedule_at/,
  },
  {
    what: 'a long uid',
    path: ASYNC,
    body: () => `{"inputs_upload_uid":"${'a-'.repeat(BYTES / 2)}"}`,
    status: 400,
    says: /inputs_upload_uid.*UUID/,
  },
  {
    what: 'a long callback URL',
    path: ASYNC,
    body: () => `{${oneInput},"callback":{"url":"https://${'a.'.repeat(BYTES / 2)}"}}`,
    status: 413,
    says: /callback\.url has \d+ characters/,
  },
  {
    what: 'a long header value',
    path: ASYNC,
    body: () => `{${oneInput},"callback":{"url":"https://e.example/","headers":{"x":"a${'\\t'.repeat(BYTES / 2)}a"}}}`,
    status: 413,
    says: /callback\.headers takes/,
  },
  {
    what: 'a long property name',
    path: ASYNC,
    body: () => `{${oneInput},"${'n'.repeat(BYTES)}":1}`,
    status: 400,
    says: /unknown property/,
  },
  {
    what: 'a long string in an input',
    path: ASYNC,
    body: () => `{"inputs":[{"country":"${'F'.repeat(BYTES)}"}]}`,
    status: 413,
    says: /inputs\[0\] takes/,
  },
  {
    what: 'many duplicates of one property',
    path: ASYNC,
    body: () => `{${oneInput},"parameters":{${fill('"a":1')}}}`,
    status: 413,
    says: /parameters.*properties/,
  },
  {
    what: 'live: properties of the input',
    path: LIVE,
    body: () => `{"input":{${members('1')}}}`,
    status: 413,
    says: /input.*properties/,
  },
  {
    what: 'live: a list in the input',
    path: LIVE,
    body: () => `{"input":{"a":[${fill('{}')}]}}`,
    status: 413,
    says: /input\.a.*elements/,
  },
  {
    what: 'live: a long string in the input',
    path: LIVE,
    body: () => `{"input":{"country":"${'F'.repeat(BYTES)}"}}`,
    status: 413,
    says: /input takes/,
  },
  {
    what: 'preview: a long cron',
    path: PREVIEW,
    body: () => `{"cron":"${'* '.repeat(BYTES / 2)}"}`,
    status: 400,
    says: /cron/,
  },
  {
    what: 'preview: a long zone',
    path: PREVIEW,
    body: () => `{"cron":"* * * * *","timezone":"${'A/'.repeat(BYTES / 2)}"}`,
    status: 400,
    says: /timezone/,
  },
  {
    what: 'a 9 KB Accept header',
    method: 'GET',
    path: '/v1/actions',
    headers: { accept: `${'a/b;q=0.1,'.repeat(900)}text/csv` },
    status: 406,
    says: /Accept/,
  },
  {
    what: 'a 9 KB Accept header of one range',
    method: 'GET',
    path: '/v1/actions',
    headers: { accept: `a/b${';c=d'.repeat(2_200)}` },
    status: 406,
    says: /Accept/,
  },
  {
    what: 'many query parameters',
    method: 'GET',
    path: `/v1/runs?${Array.from({ length: 1_000 }, (_, at) => `p${at}=`).join('&')}`,
    status: 400,
    says: /query: p0.*999 more/,
  },
  {
    what: 'many filters',
    method: 'GET',
    path: `/v1/runs?${'uid=1&'.repeat(1_400)}`,
    status: 400,
    says: /query: uid.*100/,
  },
  { what: 'a long cursor', method: 'GET', path: `/v1/runs?cursor=${'A'.repeat(8_000)}`, status: 400, says: /cursor/ },
];

/** Requests that are taken, each as large as its kind may be. */
export const TAKEN: readonly LargeRequest[] = [
  {
    what: '100,000 good inputs',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf((at) => `{"country":"FR","name":"${at}"}`)}}`,
    status: 202,
    says: /"total":100000/,
  },
  {
    what: '100,000 good inputs to a schedule',
    path: SCHEDULE,
    body: () => `{"cron":"@daily","inputs":${inputsOf((at) => `{"country":"FR","name":"${at}"}`)}}`,
    status: 201,
    says: /"inputs_total":100000/,
  },
  {
    what: '100,000 good inputs of 43 bytes',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf((at) => `{"country":"FR","name":"${String(at).padStart(17, 'x')}"}`)}}`,
    status: 202,
    says: /"total":100000/,
  },
  {
    what: '100,000 good inputs under an Idempotency-Key',
    path: ASYNC,
    headers: { 'idempotency-key': 'once' },
    body: () => `{"inputs":${inputsOf((at) => `{"country":"FR","name":"${at}"}`)}}`,
    status: 202,
    says: /"total":100000/,
  },
  {
    what: '100,000 good inputs, each of custom_data of a name of its own, under an Idempotency-Key',
    path: ASYNC,
    headers: { 'idempotency-key': 'own names' },
    body: () => `{"inputs":${inputsOf((at) => `{"country":"FR","custom_data":{"${at}_":1}}`)}}`,
    status: 202,
    says: /"total":100000/,
  },
  {
    what: '100,000 good inputs of a number in custom_data that no double holds',
    path: ASYNC,
    body: () => `{"inputs":${inputsOf(() => '{"name":"x","custom_data":{"a":1e400}}')}}`,
    status: 202,
    says: /"total":100000/,
  },
  {
    what: '136 inputs of 32 KB',
    path: ASYNC,
    body: () =>
      `{"inputs":[${Array.from({ length: 136 }, () => `{"url":"https://e.example/","headers":{},"note":"${'x'.repeat(32_000)}"}`).join(',')}]}`,
    status: 400,
    says: /136 of 136 inputs/,
  },
  {
    what: '540 inputs of 8 KB custom_data',
    path: ASYNC,
    body: () =>
      `{"inputs":[${Array.from({ length: 540 }, () => `{"country":"FR","custom_data":{"a":"${'x'.repeat(8_100)}"}}`).join(',')}]}`,
    status: 202,
    says: /"total":540/,
  },
  {
    what: 'preview of the rarest date, count 100',
    path: PREVIEW,
    body: () => '{"cron":"59 23 29 2 */6","count":100}',
    status: 200,
    says: /"fires"/,
  },
  {
    what: 'preview of the rarest date in a zone',
    path: PREVIEW,
    body: () => '{"cron":"59 23 29 2 */6","count":100,"timezone":"Africa/Casablanca"}',
    status: 200,
    says: /"fires"/,
  },
];

/** The path of a request, with what it is about made where it names one. */
export async function findPath(harness: Pick<ReadingHarness, 'call'>, path: string): Promise<string> {
  const [, kind] = /\{(\w+)\}/.exec(path) ?? [];
  if (kind === undefined) return path;
  const body = { inputs: [{ country: 'FR' }], ...(kind === 'schedule' ? { cron: '@daily' } : {}) };
  const made = await harness.call('POST', kind === 'schedule' ? SCHEDULE : ASYNC, { body });
  return path.replace(`{${kind}}`, String(Object(made.body).uid));
}
