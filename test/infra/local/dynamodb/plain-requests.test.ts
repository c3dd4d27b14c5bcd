import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type RequestKind, parseChecked, REQUEST_KINDS } from '../../../../infra/local/dynamodb/parse-request.ts';
import { type PlainShape, readPlain } from '../../../../infra/local/dynamodb/plain-request.ts';

/** Attribute values, well formed and not: what we take as plain must be what dynalite finds no fault in. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ S: fc.oneof(fc.string(), fc.integer()) }),
    fc.record({
      N: fc.oneof(
        fc.constantFrom(
          '0',
          '-0',
          '1',
          '01',
          '1.50',
          '1.5',
          '-3',
          '1e3',
          '',
          ' 1',
          '9'.repeat(40),
          '.5',
          '-0.1',
          '0.0',
        ),
        fc.double().map(String),
        fc.integer().map(String),
        fc.integer(),
      ),
    }),
    fc.record({ B: fc.oneof(fc.base64String(), fc.string()) }),
    fc.record({ BOOL: fc.oneof(fc.boolean(), fc.constant('true')) }),
    fc.record({ NULL: fc.oneof(fc.boolean(), fc.constant(null)) }),
    fc.record({ SS: fc.array(fc.string(), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ S: fc.string(), N: fc.constant('1') }),
    fc.constantFrom<unknown>({}, null, 'text', [], { X: 'y' }),
  ),
}));
const attributes = fc.dictionary(fc.oneof(fc.constantFrom('pk', 'sk', 'a'), fc.string()), value, { maxKeys: 4 });

/** What may stand for each member, well formed and not. */
const MEMBERS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  TableName: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('trireme', 'a-b.c_d') },
    fc.constantFrom<unknown>('ab', '', 7, 'no/slash'),
  ),
  Key: fc.oneof(attributes, fc.constantFrom<unknown>(null, 'key')),
  Item: attributes,
  ConsistentRead: fc.constantFrom<unknown>(true, false, 'true'),
  Limit: fc.constantFrom<unknown>(1, 25, 0, -1, 1.5, '3'),
  ScanIndexForward: fc.boolean(),
  ReturnValues: fc.constantFrom('NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'none'),
  ReturnValuesOnConditionCheckFailure: fc.constantFrom('NONE', 'ALL_OLD', 'ALL_NEW'),
  ReturnConsumedCapacity: fc.constantFrom('TOTAL', 'INDEXES', 'NONE', 'ALL'),
  ConditionExpression: fc.constantFrom('attribute_exists(pk)', 'a = :v', '#a = :v', '', 'a ='),
  UpdateExpression: fc.constantFrom('SET a = :v', 'REMOVE a', 'SET'),
  KeyConditionExpression: fc.constantFrom('pk = :v', '#a = :v', 'pk'),
  ProjectionExpression: fc.constantFrom('a', '#a', ''),
  ExpressionAttributeNames: fc.constantFrom<unknown>({ '#a': 'pk' }, { '#a': '' }, {}, { a: 'pk' }, { '#a': 1 }),
  ExpressionAttributeValues: fc.oneof(fc.dictionary(fc.constantFrom(':v', 'v'), value), attributes),
  ExclusiveStartKey: attributes,
  IndexName: fc.constantFrom<unknown>('list', 'x', 3),
  Foo: fc.constantFrom(undefined, undefined, undefined, 'bar'),
};

/** Requests of a kind, now and then with a member of none. */
function requestsOf({ members, required }: PlainShape): fc.Arbitrary<Record<string, unknown>> {
  const names = [...Object.keys(members), 'Foo'];
  const given = names.map((name) => {
    const member = MEMBERS[name] ?? fc.constant(undefined);
    return fc.option(member, { nil: undefined, freq: required.includes(name) ? 20 : 2 });
  });
  return fc.tuple(...given).map((values) => Object.fromEntries(names.map((name, at) => [name, values[at]])));
}

const KINDS: readonly (readonly [string, RequestKind])[] = Object.entries(REQUEST_KINDS).filter(
  ([name]) => name !== 'scan', // none is plain
);

/** What a request comes to, with all checks or with those a plain one needs: parsed, or refused in what words. */
function outcomeOf(body: unknown, kind: RequestKind): unknown {
  try {
    return parseChecked(structuredClone(body), kind);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

it.each(KINDS)('a %s that is taken as plain is one that all checks leave as it is', (_, { plain, ...checked }) => {
  if (plain === undefined) return;
  let met = 0;
  fc.assert(
    fc.property(requestsOf(plain), (body) => {
      const members = readPlain(body, plain);
      if (members === null) return;
      met += 1;
      const before = outcomeOf(members, checked);
      // Its expressions are checked in any case, and may be refused.
      if (typeof before === 'string') expect(before).toMatch(/[Ee]xpression|ReturnValues can only be/);
      else expect(before).toMatchObject(withoutExpressions(members));
    }),
    { numRuns: 3_000 },
  );
  expect(met).toBeGreaterThan(50);
});

function withoutExpressions(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !name.includes('Expression')));
}
