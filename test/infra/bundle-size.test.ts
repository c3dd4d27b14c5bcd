import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { folderOf } from './bundle-fixture.ts';

/** Bytes of code, minified; source maps and data files not counted. A cold start reads and compiles all of it. */
const MAX_BYTES = 650 * 1024;

const outDir = folderOf({ '.keep': '' });
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleFunctions({ root: resolve(import.meta.dirname, '../..'), outDir });
});
afterAll(() => rmSync(outDir, { recursive: true }));

test('every function is small enough to start quickly', () => {
  expect(bundle.functions.length).toBeGreaterThan(0);
  expect(bundle.functions.filter(({ bytes }) => bytes > MAX_BYTES)).toEqual([]);
});

test('no function carries the S3 client, nor a second way to find credentials', () => {
  const heavy = /@aws-sdk[\\/](client-s3|nested-clients|credential-provider-(ini|sso|http|process|login))/;
  const carried = Object.entries(bundle.metafile.outputs).flatMap(([output, { inputs }]) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 && heavy.test(input) ? [`${output}: ${input}`] : [],
    ),
  );
  expect(carried).toEqual([]);
});

test('a function that sends no messages goes without the SQS client', () => {
  const inputs = bundle.metafile.outputs['dist/functions/runs/index.mjs']?.inputs ?? {};
  expect(Object.keys(inputs).filter((input) => input.includes('client-dynamodb'))).not.toEqual([]);
  expect(Object.keys(inputs).filter((input) => input.includes('client-sqs'))).toEqual([]);
});

test('only functions that ask when a schedule fires carry the reader of crons', () => {
  const readers = Object.entries(bundle.metafile.outputs)
    .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes('cron-parser')))
    .map(([output]) => output.split('/').at(-2));
  expect(new Set(readers)).toEqual(new Set(['control', 'dead-letters', 'schedules']));
});
