import { expect, it } from 'vitest';
import { callbackBody } from '../../shared/api/callbacks/schemas.ts';
import { pageCallbackBody, recordCallbackBody } from '../../shared/domain/callback-body.ts';
import { EngineError, toErrorRecord } from '../../shared/domain/errors.ts';
import { deriveUid, runUidOf } from '../../shared/domain/ids.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import type { RunDefinition } from '../../shared/domain/run.ts';

const runUid = runUidOf(new Uint8Array(10).fill(7));
const batchUid = deriveUid(runUid, 'chunk', { input: 0 });
const at = Date.UTC(2030, 0, 1);
const input = { input: { country: 'FR' }, customData: { id: 7 } };
const error = toErrorRecord(new EngineError('UPSTREAM_ERROR', 'm'), 'r');

const definition: RunDefinition = {
  uid: runUid,
  workspaceUid: 'c6f1a3fe-6f0c-4a0b-9a43-2f1a3c2b1d00',
  actionName: 'search-cities',
  mode: 'ASYNC',
  name: null,
  parameters: {},
  maxResults: 10,
  callback: null,
  onInvalidInput: 'reject',
  deadlineSeconds: 60,
  tags: [],
  dependsOn: [],
  scheduleAt: null,
  inputsTotal: 1,
  scheduledRunUid: null,
  livePage: null,
  scheduledRunName: null,
  createdAt: at,
  expiresAt: at,
};

const pageRecord: PageRecord = {
  runUid,
  input: 0,
  page: 2,
  outcome: { kind: 'RESULT', count: 1, nextCursor: null, last: true, parts: 1, info: null },
  cursor: null,
  results: 1,
  callbacks: 1,
  tries: 0,
  epoch: 1,
  attempt: 1,
  by: 'b',
  at,
  version: 1,
};

const manifest = { inputs: 1, succeeded: 0, failed: 1, outputs: 0, callbacks: 2 };
const failedUid = deriveUid(runUid, 'input_failed', { input: 0, ending: 1 });
const finishedUid = deriveUid(runUid, 'run_finished', { ending: 1 });
const failed = { type: 'run.input_failed', input: 0, page: 0, error, attempt: 1, at } as const;
const finished = { type: 'run.finished', status: 'FAILED', error, manifest, attempt: 1, at } as const;

it.each([
  ['run.page', pageCallbackBody(definition, pageRecord, input, [{ a: 1 }], { part: 1, parts: 1, batchUid })],
  ['run.input_failed', recordCallbackBody(definition, failedUid, failed, { input, batchUid })],
  ['run.finished', recordCallbackBody(definition, finishedUid, finished, null)],
])('what is sent as %s is what the document says', (type, body) => {
  const sent: unknown = JSON.parse(body);
  expect(callbackBody.parse(sent)).toEqual(sent);
  expect(sent).toMatchObject({ type });
  expect(sent).not.toHaveProperty('run.tags'); // the bytes that callbacks of release 0.1.0 had
});

it('the run of a callback has tags where there are any', () => {
  const part = { part: 1, parts: 1, batchUid };
  const sent: unknown = JSON.parse(pageCallbackBody({ ...definition, tags: ['vip'] }, pageRecord, input, [], part));
  expect(callbackBody.parse(sent)).toEqual(sent);
  expect(sent).toMatchObject({ run: { tags: ['vip'] } });
});
