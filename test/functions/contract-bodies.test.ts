import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { listRunsQuery, runOutputsQuery } from '../../shared/api/runs/schemas.ts';
import { errorRecord } from '../../shared/api/error-schemas.ts';
import { uploadBody } from '../../shared/api/launches/upload-schemas.ts';
import { asyncBody, liveBody, liveQuery } from '../../shared/api/launches/schemas.ts';
import { scheduleUpdateBody } from '../../shared/api/schedules/schemas.ts';
import { canonicalJson } from '../../shared/api/canonical-json.ts';
import { parseJson } from '../../shared/api/parse-json.ts';
import { parseBody, parseQuery } from '../../shared/api/parse-request.ts';
import { EngineError, ERROR_LABELS, toErrorRecord } from '../../shared/domain/errors.ts';

function refusal(parse: () => unknown): EngineError {
  try {
    parse();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

const kilobytes = (count: number): string => 'x'.repeat(count * 1024);
const inputs = [{ country: 'FR' }];
const url = 'https://example.com/hook';
const UPLOAD = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
const TOO_MANY = Array.from({ length: 100_001 }, () => ({}));

describe('a launch body', () => {
  it('is taken with all it may have, defaults filled in', () => {
    const body = {
      inputs: [{ country: 'FR', custom_data: { id: 7 } }],
      parameters: { max_results: 3 },
      callback: { url, headers: { 'x-token': 't' } },
      name: 'n',
    };
    const defaults = { deadline_seconds: 86_400, on_invalid_input: 'reject', tags: [] };
    expect(parseBody(asyncBody, body)).toEqual({ ...body, ...defaults, callback: { ...body.callback, on: 'all' } });
  });

  it('is taken without the blanks around the values of headers, which no receiver gets', () => {
    const headers = { a: ' Bearer  t\t', b: ' ', c: '' };
    expect(parseBody(asyncBody, { inputs, callback: { url, headers } }).callback?.headers).toEqual({
      a: 'Bearer  t',
      b: '',
      c: '',
    });
    const broken = refusal(() => parseBody(asyncBody, { inputs, callback: { url, headers: { a: 'b\n' } } }));
    expect(broken.message).toContain('contains a line break');
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no body', undefined, '', /an object is required/],
    ['a list', [], '', /must be an object, not a list/],
    ['no inputs', {}, 'inputs', /list of 1 to 100000 inputs, or use inputs_upload_uid/],
    ['empty inputs', { inputs: [] }, 'inputs', /1 to 100000/],
    ['inputs and an upload', { inputs, inputs_upload_uid: UPLOAD }, 'inputs_upload_uid', /either/],
    ['an upload that has no uid', { inputs_upload_uid: 'mine' }, 'inputs_upload_uid', /UUID/],
    ['an input that is no object', { inputs: [{}, 'FR'] }, 'inputs[1]', /must be an object, not a string/],
    ['custom_data that is a list', { inputs: [{ custom_data: [] }] }, 'inputs[0].custom_data', /must be an object/],
    ['custom_data that is no object', { inputs: [{ custom_data: 1 }] }, 'inputs[0].custom_data', /must be an object/],
    [
      'an unknown property',
      { inputs, speed: 1 },
      'speed',
      /allowed here: inputs, inputs_upload_uid, parameters, callback, name/,
    ],
    [
      'an unknown property further in',
      { inputs, callback: { url, to: 1 } },
      'callback.to',
      /allowed here: url, headers, on/,
    ],
    ['a wrong option', { inputs, callback: { url, on: 'never' } }, 'callback.on', /"all", "final"/],
    ['a header of the sender', { inputs, callback: { url, headers: { Host: 'h' } } }, 'callback.headers', /"Host"/],
    ['identities', { inputs, identity_ids: [] }, 'identity_ids', /set by the owner/],
    ['an offset', { inputs, offset: 5 }, 'offset', /X-Pagination-Next/],
    ['a page size', { inputs, page_size: 5 }, 'page_size', /max_results/],
    ['input for inputs', { inputs, input: {} }, 'input', /`inputs`, a list/],
    ['max_results outside parameters', { inputs, max_results: 5 }, 'max_results', /parameters\.max_results/],
  ])('is refused for %s', (_, body, path, message) => {
    const error = refusal(() => parseBody(asyncBody, body));
    expect(error.label).toBe('BAD_INPUT');
    expect(error.details.validationErrors).toEqual([{ path, message: expect.stringMatching(message) }]);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  });

  it.each<[string, unknown, RegExp]>([
    ['too many inputs', { inputs: TOO_MANY }, /^inputs has 100001 inputs, .*limit of 100000; upload up to 1000000/],
    ['an input', { inputs: [{}, { a: kilobytes(32) }] }, /^inputs\[1\] takes 32\d{3} bytes.*limit of 32768; pass/],
    ['custom_data', { inputs: [{ custom_data: { a: kilobytes(8) } }] }, /^inputs\[0\]\.custom_data .*8192; store/],
    ['parameters', { inputs, parameters: { a: kilobytes(32) } }, /^parameters .*32768; move what/],
    [
      'the callback URL',
      { inputs, callback: { url: url + kilobytes(2) } },
      /^callback\.url has 2\d{3} characters.*2048/,
    ],
    ['callback headers', { inputs, callback: { url, headers: { a: kilobytes(4) } } }, /^callback\.headers .*4096/],
    [
      'the number of callback headers',
      { inputs, callback: { url, headers: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`h${i}`, ''])) } },
      /^callback\.headers has 21 headers.*20/,
    ],
  ])('is too large for %s, named with its limit', (_, body, message) => {
    expect(refusal(() => parseBody(asyncBody, body))).toMatchObject({
      label: 'PAYLOAD_TOO_LARGE',
      message: expect.stringMatching(message),
    });
  });

  it('tells at most 100 faults and counts the rest', () => {
    const error = refusal(() => parseBody(asyncBody, { inputs: Array.from({ length: 150 }, () => 1) }));
    expect(error.details.validationErrors).toHaveLength(100);
    expect(error.message).toContain('inputs[0]');
    expect(error.message).toContain('and 149 more');
  });

  it('measures sizes in UTF-8 bytes', () => {
    const error = refusal(() => parseBody(asyncBody, { inputs: [{ a: 'é'.repeat(17_000) }] }));
    expect(error.label).toBe('PAYLOAD_TOO_LARGE');
  });
});

it('takes times of any offset, uids in capitals, and null for no custom_data', () => {
  const body = {
    inputs_upload_uid: UPLOAD.toUpperCase(),
    depends_on: [UPLOAD.toUpperCase(), { uid: UPLOAD.toUpperCase() }],
    schedule_at: '2027-01-01T00:00:00+00:00',
  };
  expect(parseBody(asyncBody, body)).toMatchObject({
    inputs_upload_uid: UPLOAD,
    depends_on: [{ uid: UPLOAD }, { uid: UPLOAD }],
    schedule_at: '2027-01-01T00:00:00.000Z',
  });
  expect(parseBody(asyncBody, { inputs: [{ custom_data: null }] })).toMatchObject({ inputs: [{ custom_data: null }] });
});

describe('null for a field that the API names', () => {
  const taken = (schema: z.ZodType, body: unknown): unknown => parseBody(schema, body);

  it('means that the field is absent, where it is optional', () => {
    const nulls = { inputs_upload_uid: null, parameters: null, callback: null, name: null, deadline_seconds: null };
    const further = { on_invalid_input: null, schedule_at: null, depends_on: null };
    expect(taken(asyncBody, { inputs, ...nulls, ...further })).toEqual(taken(asyncBody, { inputs }));
    const upload = { inputs_upload_uid: UPLOAD };
    expect(taken(asyncBody, { ...upload, inputs: null })).toEqual(taken(asyncBody, upload));
    const callback = { url, headers: null, on: null };
    expect(taken(asyncBody, { inputs, callback })).toEqual(taken(asyncBody, { inputs, callback: { url } }));
    const dependsOn = (require?: null) => ({ inputs, depends_on: [UPLOAD, { uid: UPLOAD, require }] });
    expect(taken(asyncBody, dependsOn(null))).toEqual(taken(asyncBody, dependsOn()));
    expect(taken(liveBody, { input: {}, parameters: null })).toEqual(taken(liveBody, { input: {} }));
    expect(taken(uploadBody, { content_length: null, content_encoding: null })).toEqual({});
  });

  it('is a value in inputs, parameters and custom_data', () => {
    const body = { inputs: [{ a: null, custom_data: { b: null } }], parameters: { c: null } };
    expect(taken(asyncBody, body)).toMatchObject(body);
  });

  it('clears in the update of a schedule, also where the launch has a default', () => {
    const cleared = { name: null, callback: null, timezone: null, deadline_seconds: null };
    expect(taken(scheduleUpdateBody, cleared)).toEqual(cleared);
  });

  it.each<[string, z.ZodType, unknown, string]>([
    ['for a field that is required', liveBody, { input: null }, 'input'],
    ['for the URL of a callback', asyncBody, { inputs, callback: { url: null } }, 'callback.url'],
    [
      'for a header of callbacks',
      asyncBody,
      { inputs, callback: { url, headers: { 'x-a': null } } },
      'callback.headers["x-a"]',
    ],
    ['for the inputs of a schedule, which none is without', scheduleUpdateBody, { inputs: null }, 'inputs'],
    ['for a field that nobody named', asyncBody, { inputs, speed: null }, 'speed'],
  ])('is refused %s', (_, schema, body, path) => {
    const error = refusal(() => taken(schema, body));
    expect(error.details.validationErrors?.[0]?.path).toContain(path);
  });
});

describe('numbers that no double holds', () => {
  const parse = (text: string): unknown => parseBody(asyncBody, parseJson(Buffer.from(text)));

  it('stay in inputs, custom_data and parameters', () => {
    const text = '{"inputs":[{"custom_data":{"at":[1e400]},"id":738529527931269425}],"parameters":{"x":1e-400}}';
    expect(JSON.stringify(parse(text))).toContain(text.slice(0, -1));
  });

  it.each([
    [
      '{"inputs":[{}],"deadline_seconds":9007199254740993}',
      'deadline_seconds',
      /9007199254740993 cannot be represented exactly/,
    ],
    ['{"inputs":[{}],"name":1e400}', 'name', /must be a string, not a number/],
    ['{"inputs":[{"custom_data":1e400}]}', 'inputs[0].custom_data', /must be an object, not a number/],
    ['{"inputs":[{},9007199254740993]}', 'inputs[1]', /must be an object, not a number/],
    ['{"inputs":[{}],"parameters":1e400}', 'parameters', /must be an object, not a number/],
    ['{"inputs":[{}],"callback":1e400}', 'callback', /must be an object, not a number/],
    ['{"inputs":[{}],"depends_on":["x"]}', 'depends_on[0]', /: must be a UUID$/],
    ['{"inputs":[{}],"depends_on":[{"uid":"x"}]}', 'depends_on[0].uid', /: must be a UUID$/],
    ['{"inputs":[{}],"depends_on":[1e400]}', 'depends_on[0]', /UUID, or must be an object, not a number/],
    ['1e400', '', /must be an object, not a number/],
    ['{"inputs":[{"a":{"__proto__":1}}]}', 'inputs[0].a.__proto__', /not allowed/],
    ['{"inputs":[{}],"callback":{"headers":{"__proto__":"x"}}}', 'callback.headers.__proto__', /not allowed/],
  ])('are refused by path where they fit nothing, as __proto__ is: %s', (text, path, message) => {
    const error = refusal(() => parse(text));
    expect(error).toMatchObject({ label: 'BAD_INPUT', details: { validationErrors: [{ path }] } });
    expect(error.message).toMatch(message);
  });

  it('are refused by path beside inputs that hold some too', () => {
    const error = refusal(() =>
      parse('{"inputs":[{"id":738529527931269425}, 1e400],"depends_on":[1e400],"parameters":{"x":1e-400}}'),
    );
    expect(error.details.validationErrors?.map(({ path }) => path)).toEqual(['inputs[1]', 'depends_on[0]']);
  });

  it('count for their size as they are written', () => {
    const error = refusal(() => parse(`{"inputs":[{"custom_data":{"n":${'9'.repeat(8 * 1024)}}}]}`));
    expect(error).toMatchObject({ label: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('custom_data') });
  });

  it('are told apart in canonical JSON by their value, however written', () => {
    const canonical = (text: string): string => canonicalJson(parseJson(Buffer.from(text)));
    expect(canonical('{"b":10.0e399,"a":9007199254740993}')).toBe(canonical('{"a":9007199254740993.0,"b":1E400}'));
    expect(canonical('9007199254740993')).not.toBe(canonical('9007199254740992'));
    expect(canonical('{"b":[{"10":1,"9":"x"}],"a":{}}')).toBe('{"a":{},"b":[{"10":1,"9":"x"}]}');
    expect(canonical('{"9":"x","10":1}')).toBe('{"10":1,"9":"x"}');
    expect(canonical('[1e400]')).not.toBe(canonical('[{"rawJSON":"1e400"}]'));
  });
});

describe('a live body', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['inputs', { input: {}, inputs: [] }, 'inputs', /one `input`.*run\/async/],
    ['max_results', { input: {}, max_results: 5 }, 'max_results', /X-Pagination-Next/],
    [
      'max_results among parameters',
      { input: {}, parameters: { max_results: 5 } },
      'parameters.max_results',
      /one page/,
    ],
    ['a callback', { input: {}, callback: { url } }, 'callback', /run\/async takes a callback/],
  ])('is refused for %s, saying what to use', (_, body, path, message) => {
    const error = refusal(() => parseBody(liveBody, body));
    expect(error.details.validationErrors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });
});

describe('a query', () => {
  it('means or where a filter is repeated', () => {
    const query = parseQuery(listRunsQuery, new URLSearchParams('status=FAILED&status=STOPPED&name=a,b&limit=100'));
    expect(query).toEqual({ limit: 100, sort: '-created_at', status: ['FAILED', 'STOPPED'], name: ['a,b'] });
  });

  it('reads flags and page numbers', () => {
    expect(parseQuery(runOutputsQuery, new URLSearchParams('envelope=false'))).toEqual({ limit: 100, envelope: false });
    expect(parseQuery(liveQuery, new URLSearchParams('page=3'))).toEqual({ page: 3 });
  });

  it.each<[string, string, RegExp]>([
    ['limit=0', 'limit', /from 1 to 100/],
    ['limit=101', 'limit', /from 1 to 100/],
    ['limit=1e1', 'limit', /whole number/],
    ['limit=', 'limit', /whole number/],
    ['limit=1&limit=2', 'limit', /more than once/],
    ['status=DONE', 'status[0]', /"SUCCEEDED"/],
    ['status=FAILED,STOPPED', 'status[0]', /"SUCCEEDED"/],
    ['created_after=2030-01-01T00:00:00', 'created_after', /offset \(RFC 3339\)/],
    ['created_after=2030-02-30T00:00:00Z', 'created_after', /offset \(RFC 3339\)/],
    ['created_after=9999-12-31T23:59:59-01:00', 'created_after', /offset \(RFC 3339\)/],
    ['uid=7', 'uid[0]', /UUID/],
    ['sort=name', 'sort', /"created_at", "-created_at"/],
    ['cursor=', 'cursor', /must not be empty/],
    ['offset=3', 'offset', /allowed here: limit, cursor, sort/],
    ['__proto__=3', '__proto__', /allowed here/],
  ])('is refused for %s', (query, path, message) => {
    const error = refusal(() => parseQuery(listRunsQuery, new URLSearchParams(query)));
    expect(error.label).toBe('BAD_INPUT');
    expect(error.details.validationErrors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it.each([
    '2030-01-01T00:00:00Z',
    '2030-01-01t00:00:00.000z',
    '2030-01-01T01:30:00%2B01:30',
    '2030-01-01T01:00:00+01:00',
    '2030-01-01T01:00:00.000000+0100',
    '2029-12-31T23:00:00-0100',
    '2029-12-31T23:00:00-01:00',
    '2030-01-01T00:00:00-00:00',
  ])('takes the time %s, whatever its offset', (text) => {
    const query = parseQuery(listRunsQuery, new URLSearchParams(`created_after=${text}&created_before=${text}`));
    expect(query).toMatchObject({
      created_after: '2030-01-01T00:00:00.000Z',
      created_before: '2030-01-01T00:00:00.000Z',
    });
  });

  it('takes a uid in capitals for the same uid', () => {
    const query = parseQuery(listRunsQuery, new URLSearchParams(`uid=${UPLOAD.toUpperCase()}`));
    expect(query).toMatchObject({ uid: [UPLOAD] });
  });

  it('takes a cursor or a page number, not both', () => {
    expect(refusal(() => parseQuery(liveQuery, new URLSearchParams('page=1&cursor=c'))).message).toContain('page');
  });
});

it.each(ERROR_LABELS)('the record of %s is what the error schema says', (label) => {
  const record = toErrorRecord(new EngineError(label, 'm', { validationErrors: [{ path: 'a', message: 'b' }] }), 'r');
  expect(errorRecord.parse(record)).toEqual(record);
});
