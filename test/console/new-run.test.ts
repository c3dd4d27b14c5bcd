import { describe, expect, test } from 'vitest';
import { bodyOf, changesOf, type Draft, draftAfter, inputsOf } from '../../functions/console/new-run/draft.ts';
import { headersOf } from '../../functions/console/design/header-lines.ts';
import { faultAt, faultsByInput } from '../../functions/console/new-run/faults.ts';
import { inputsOfTable, parseInputs, targetsFor } from '../../functions/console/new-run/parse-inputs.ts';
import { clientText, curlText } from '../../functions/console/new-run/same-call.ts';
import { fieldsOf, objectOf } from '../../functions/console/new-run/schema-fields.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    country: { type: 'string', description: 'Two letters.' },
    min: { type: 'integer', minimum: 0, maximum: 10 },
    capital: { type: 'boolean' },
    kind: { type: 'string', enum: ['a', 'b'] },
    near: { type: 'array', items: { type: 'string' } },
  },
  required: ['country'],
};
const fields = fieldsOf(SCHEMA) ?? [];

describe('a form of a schema', () => {
  test('has a field for each property', () => {
    expect(fields.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
      ['country', 'text', true],
      ['min', 'number', false],
      ['capital', 'boolean', false],
      ['kind', 'choice', false],
      ['near', 'json', false],
    ]);
    expect(fields[1]?.hint).toBe('0 to 10');
  });

  test('gives the object that was typed; what is no value of its kind stays text, for the API to refuse', () => {
    const texts = { country: 'NL', min: '3', capital: 'true', near: '["a"]' };
    expect(objectOf(fields, texts)).toEqual({ country: 'NL', min: 3, capital: true, near: ['a'] });
    expect(objectOf(fields, { min: 'many', near: '[' })).toEqual({ min: 'many', near: '[' });
  });

  test.each([{ anyOf: [SCHEMA] }, { type: 'object' }, { ...SCHEMA, oneOf: [] }])('is not made of %j', (schema) => {
    expect(fieldsOf(schema)).toBeNull();
  });
});

describe('inputs as a text', () => {
  const parsed = (text: string) => {
    const read = parseInputs(text);
    return read.kind === 'table' ? inputsOfTable(read, targetsFor(read.columns, fields), fields) : read;
  };

  test('are a JSON list, an object, or lines of them', () => {
    const objects = [{ country: 'NL' }, { country: 'BE' }];
    for (const text of [JSON.stringify(objects), objects.map((one) => JSON.stringify(one)).join('\n')]) {
      expect(parseInputs(text)).toEqual({ kind: 'objects', objects });
    }
    expect(parseInputs(' {"country":\n"NL"}')).toEqual({ kind: 'objects', objects: [{ country: 'NL' }] });
  });

  test('are a CSV, whose columns go to the fields of their name, and others into custom_data', () => {
    expect(parsed('Country,min,row\r\nNL,5,1\r\n"B,""E",,2\n')).toEqual([
      { country: 'NL', min: 5, custom_data: { row: '1' } },
      { country: 'B,"E', custom_data: { row: '2' } },
    ]);
    expect(parsed('country;min\nNL;1')).toEqual([{ country: 'NL', min: 1 }]);
    expect(parsed('country\n"two\nlines"')).toEqual([{ country: 'two\nlines' }]);
    expect(parsed('country\nK\uFFFDln')).toEqual([{ country: 'K\uFFFDln' }]); // text, whatever it came from
    expect(parsed('country,,\nNL,,\n')).toEqual([{ country: 'NL' }]);
  });

  test.each([
    ['{"a":1}\n{"a":', /^Line 2 is no JSON/],
    ['[1]', /must be an object/],
    ['a,b\n1,2,3', /^Line 2 has 3 cells/],
    ['a,b, a\n1,2,3', /^Two columns are named a\.$/],
    ['a,b\n1,2\n3,"4\n5,6', /^Line 3 begins a quote that never ends/],
    ['a,b\n1,"2\n2"\n3,4,5', /^Line 4 has 3 cells/],
    ['\n\n{"a":1}\n{"a":', /^Line 4 is no JSON/],
    ['\n\na,b\n1,2,3', /^Line 4 has 3 cells/],
    ['a,b\n1,2" wide', /^Line 2 has a quote within the value/],
  ])('%j are refused by their place', (text, message) => {
    expect(parseInputs(text)).toMatchObject({ kind: 'fault', message: expect.stringMatching(message) });
  });
});

test('errors of the API stand at the field and the row that they are about', () => {
  const errors = [
    { path: 'inputs[0].near[1]', message: 'too far' },
    { path: 'inputs[12].country', message: 'no country' },
  ];
  expect(faultAt(errors, 'inputs[0].near')).toBe('too far');
  expect(faultAt(errors, 'inputs[0].nea')).toBeNull();
  expect(faultsByInput(errors)).toEqual([
    [0, 'near[1]: too far'],
    [12, 'country: no country'],
  ]);
});

const DRAFT: Draft = {
  mode: 'schedule',
  isMany: false,
  input: {},
  json: '',
  many: '',
  parameters: {},
  options: { name: 'n', tags: 'a, b', callback: 'https://r.example', on: 'final', cron: '0 9 * * *', timezone: 'UTC' },
};

test('a launch has what its mode takes', () => {
  const inputs = [{ country: 'NL' }];
  expect(bodyOf(DRAFT, inputs, [])).toEqual({
    inputs,
    tags: ['a', 'b'],
    name: 'n',
    callback: { url: 'https://r.example', on: 'final' },
    cron: '0 9 * * *',
    timezone: 'UTC',
    overlap: 'skip',
  });
  expect(bodyOf({ ...DRAFT, mode: 'live' }, inputs, [])).toEqual({ input: { country: 'NL' }, tags: ['a', 'b'] });
});

test('a change has what differs, and null where something is taken away', () => {
  const before = bodyOf(DRAFT, [{ country: 'NL' }], []);
  const options = { ...DRAFT.options, name: '', cron: '0 10 * * *' };
  const after = bodyOf({ ...DRAFT, options }, [{ country: 'NL' }], []);
  expect(changesOf(before, after)).toEqual({ name: null, cron: '0 10 * * *' });
  expect(changesOf(before, before)).toEqual({});
});

test('headers are lines of name and value; without any, none are sent', () => {
  expect(headersOf('authorization: Bearer a:b\n\n X-Tag:1 ')).toEqual({ authorization: 'Bearer a:b', 'X-Tag': '1' });
  expect(headersOf('no colon')).toEqual({ 'no colon': '' });
  expect(headersOf(' \n')).toBeNull();
  const options = { ...DRAFT.options, headers: 'x-tag: 1' };
  expect(bodyOf({ ...DRAFT, options }, [], [])).toMatchObject({ callback: { headers: { 'x-tag': '1' } } });
});

test.each([
  ['one input', [{ country: 'NL', min: 3, near: ['a'] }]],
  ['one with data of its own', [{ country: 'NL', custom_data: { row: 1 } }]],
  ['many', [{ country: 'NL' }, { country: 'BE' }]],
])('a draft after an earlier launch of %s stands for the same inputs', (_, inputs) => {
  const launch = { parameters: {}, name: null, tags: [], callback: null };
  const draft = draftAfter(DRAFT, launch, inputs);
  expect(inputsOf(draft, fields, parseInputs(draft.many), [])).toEqual(inputs);
  expect(
    inputsOf(draftAfter(DRAFT, launch, inputs), null, parseInputs(draft.isMany ? draft.many : draft.json), []),
  ).toEqual(inputs);
});

test('the call to copy is whole for a shell, and has no key', () => {
  const call = { url: 'https://a', action: 'x', mode: 'live', body: { input: { name: "d'Or" } } } as const;
  expect(curlText(call)).toContain(String.raw`-d '{"input":{"name":"d'\''Or"}}'`);
  expect(curlText(call)).toContain('X-API-Key: $TRIREME_KEY');
  expect(clientText(call)).toContain('trireme.action("x").live(');
});
