import { beforeEach, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const CANARY = 'canary-0123456789';
const put = (name: string, body: unknown, workspaceUid = harness.home) =>
  harness.call('PUT', `/v1/secrets/${name}`, { body, workspaceUid });
const list = async (workspaceUid = harness.home) => (await harness.get('/v1/secrets', workspaceUid)).body;

it('a secret is set, listed by name and time, set anew and deleted; no answer has its value', async () => {
  const first = await put('GITHUB_TOKEN', { value: CANARY });
  const stamp = '2026-06-01T12:00:00.000Z';
  expect(first).toMatchObject({ status: 200, body: { name: 'GITHUB_TOKEN', created_at: stamp, updated_at: stamp } });
  harness.time.now += 1_000;
  const changed = await put('GITHUB_TOKEN', { value: `${CANARY}2` });
  expect(changed.body).toEqual({ name: 'GITHUB_TOKEN', created_at: stamp, updated_at: '2026-06-01T12:00:01.000Z' });
  await put('A_TOKEN', { value: CANARY });
  expect(await list()).toMatchObject([{ name: 'A_TOKEN' }, { name: 'GITHUB_TOKEN' }]);
  const deleted = await harness.call('DELETE', '/v1/secrets/GITHUB_TOKEN');
  expect(deleted).toMatchObject({ status: 200, body: changed.body });
  expect(await harness.call('DELETE', '/v1/secrets/GITHUB_TOKEN')).toMatchObject({ status: 404 });
  expect(await list()).toMatchObject([{ name: 'A_TOKEN' }]);
  expect(JSON.stringify([first, changed, deleted, await list()])).not.toContain(CANARY);
});

it("another workspace's secret is not seen, changed or deleted, and cannot be told from one that does not exist", async () => {
  await put('TOKEN', { value: CANARY });
  expect(await list(harness.away)).toEqual([]);
  const foreign = await harness.call('DELETE', '/v1/secrets/TOKEN', { workspaceUid: harness.away });
  const missing = await harness.call('DELETE', '/v1/secrets/NOKEN', { workspaceUid: harness.away });
  const plain = (body: unknown) =>
    JSON.stringify(body)
      .replace('NOKEN', 'TOKEN')
      .replaceAll(/[0-9a-f-]{36}/g, 'uid');
  expect(foreign.status).toBe(404);
  expect(plain(foreign.body)).toBe(plain(missing.body));
  await put('TOKEN', { value: 'another' }, harness.away);
  expect(await list()).toMatchObject([{ name: 'TOKEN', updated_at: '2026-06-01T12:00:00.000Z' }]);
});

it.each<[string, string, unknown, object]>([
  ['a name in small letters', 'github_token', { value: 'x' }, { validation_errors: [{ path: 'secret_name' }] }],
  ['a name with a dash', 'GITHUB-TOKEN', { value: 'x' }, { validation_errors: [{ path: 'secret_name' }] }],
  ['a name of 65 letters', 'A'.repeat(65), { value: 'x' }, { validation_errors: [{ path: 'secret_name' }] }],
  ['no value', 'TOKEN', {}, { validation_errors: [{ path: 'value' }] }],
  ['a number', 'TOKEN', { value: 5 }, { validation_errors: [{ path: 'value' }] }],
  ['an empty value', 'TOKEN', { value: ' ' }, { validation_errors: [{ path: 'value', message: 'is empty' }] }],
  ['a line break', 'TOKEN', { value: `${CANARY}\n` }, { validation_errors: [{ path: 'value' }] }],
  ['a tab', 'TOKEN', { value: `${CANARY}\t` }, { validation_errors: [{ path: 'value' }] }],
  ['an unknown property', 'TOKEN', { value: 'x', note: CANARY }, { validation_errors: [{ path: 'note' }] }],
])('%s is refused, and the answer does not have the value', async (_, name, body, wanted) => {
  const answer = await put(name, body);
  expect(answer).toMatchObject({ status: 400, body: { error_label: 'BAD_INPUT', ...wanted } });
  expect(JSON.stringify(answer)).not.toContain(CANARY);
  expect(await list()).toEqual([]);
});

it('a value over 4 KB is refused with the limit', async () => {
  const answer = await put('TOKEN', { value: 'x'.repeat(4_095) });
  expect(answer).toMatchObject({ status: 413, body: { error_label: 'PAYLOAD_TOO_LARGE' } });
  expect(answer.body).toMatchObject({ message: expect.stringContaining('4096') });
  expect(await put('TOKEN', { value: 'x'.repeat(4_094) })).toMatchObject({ status: 200 });
});
