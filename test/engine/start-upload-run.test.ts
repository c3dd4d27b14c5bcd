import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import { describe, expect, test } from 'vitest';
import { runUidOf } from '../../shared/domain/ids.ts';
import { UPLOAD_LAUNCH_MS } from '../../shared/domain/timing.ts';
import { openUpload } from '../../shared/engine/launch/open-upload.ts';
import { dryRunUpload } from '../../shared/engine/launch/dry-run-launch.ts';
import type { Launch } from '../../shared/engine/launch/check-launch.ts';
import { startUploadRun } from '../../shared/engine/launch/start-upload-run.ts';
import { createEngineHarness } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
const SECOND = 1_000;

async function createHarness() {
  const { oneRecord } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord] });
  const tickets = { writeTicket: async () => ({ url: 'https://bucket.example/', headers: {} }) };
  const ports = { ...harness.ports, uploads: { ...harness.uploadStore, ...harness.uploads, ...tickets } };
  const { uid } = await openUpload(ports, WORKSPACE);
  const launch: Launch = {
    workspaceUid: WORKSPACE,
    actionName: oneRecord.name,
    inputs: [],
    parameters: {},
    callback: null,
    name: null,
    ...LAUNCH_DEFAULTS,
    dependsOn: [],
    scheduleAt: null,
  };
  let seeds = 100;
  return {
    harness,
    ports,
    uid,
    launch,
    put: () => harness.uploads.put(WORKSPACE, uid, '{"key":"a"}'),
    start: (change: Partial<Launch> = {}, runUid = runUidOf(Buffer.alloc(10, (seeds += 1)))) =>
      startUploadRun(ports, { ...launch, ...change }, uid, async () => runUid),
    /** A launch that claims the upload and dies before its run is written. */
    dieAfterClaim: (runUid: string) => {
      const createRun = () => Promise.reject(new Error('it died'));
      const dying = { ...ports, runs: { ...ports.runs, createRun } };
      return expect(startUploadRun(dying, launch, uid, async () => runUid)).rejects.toThrow('it died');
    },
  };
}

test('an upload to which nothing was put cannot be launched', async () => {
  const { start } = await createHarness();
  await expect(start()).rejects.toMatchObject({ label: 'INVALID_STATE' });
});

test('an upload makes one run, whoever is first of several at once', async () => {
  const { put, start } = await createHarness();
  put();
  const ends = await Promise.allSettled([start(), start(), start()]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  const refused = ends.find((end) => end.status === 'rejected');
  expect(refused?.reason).toMatchObject({ label: 'INVALID_STATE' });
  await expect(start()).rejects.toMatchObject({ label: 'INVALID_STATE', details: { params: { status: 'USED' } } });
});

test('a launch that died after its claim goes on under its own uid at once, another takes the upload a minute later', async () => {
  const { harness, put, start, dieAfterClaim } = await createHarness();
  put();
  const uid = runUidOf(Buffer.alloc(10, 1));
  await dieAfterClaim(uid);
  await expect(start()).rejects.toMatchObject({ label: 'INVALID_STATE' });
  harness.skipTo(harness.now() + 61 * SECOND);
  const other = await start();
  expect(other.definition.uid).not.toBe(uid);
  await expect(start({}, uid)).rejects.toMatchObject({ label: 'INVALID_STATE' });

  const again = await createHarness();
  again.put();
  await again.dieAfterClaim(uid);
  expect((await again.start({}, uid)).definition.uid).toBe(uid);
});

test('an upload is another workspace’s to nobody, and gone a day after it was opened', async () => {
  const { harness, put, start } = await createHarness();
  put();
  const workspaceUid = '00000000-0000-4000-8000-000000000000';
  await expect(start({ workspaceUid })).rejects.toMatchObject({ label: 'NOT_FOUND' });
  harness.skipTo(harness.now() + UPLOAD_LAUNCH_MS);
  await expect(start()).rejects.toMatchObject({ label: 'NOT_FOUND' });
});

test('a refused launch leaves the upload as it was', async () => {
  const { put, start } = await createHarness();
  put();
  await expect(start({ parameters: { wrong: 1 } })).rejects.toMatchObject({ label: 'BAD_PARAMETERS' });
  expect((await start()).control.status).toBe('CREATED');
});

test('an upload over the limit is refused at its launch, by its size', async () => {
  const { ports, uid, start, harness } = await createHarness();
  harness.uploads.put(WORKSPACE, uid, '{}');
  const findObject = async () => ({ etag: '"1"', bytes: 500_000_001 });
  Object.assign(ports.uploads, { findObject });
  await expect(start()).rejects.toMatchObject({ label: 'PAYLOAD_TOO_LARGE' });
});

test('a launch keeps what was put; nothing else does', async () => {
  const { harness, put, start, uid } = await createHarness();
  put();
  expect([...harness.uploads.kept]).toEqual([]);
  await start();
  expect([...harness.uploads.kept]).toEqual([uid]);
});

describe('uploads that wait for a launch', () => {
  async function createFull(limit = 3) {
    const { harness, ports, start, put } = await createHarness(); // one is open
    const few = { ...ports, settings: { ...ports.settings, uploadsOpen: limit } };
    for (let open = 1; open < limit; open += 1) await openUpload(few, WORKSPACE);
    return { harness, few, start, put };
  }

  test('are so many and no more; the refusal says which limit and until when', async () => {
    const { harness, few } = await createFull();
    const resetsAt = new Date(harness.now() + UPLOAD_LAUNCH_MS).toISOString();
    await expect(openUpload(few, WORKSPACE)).rejects.toMatchObject({
      label: 'LIMIT_REACHED',
      details: { params: { quota: 'uploads_open', limit: 3, resets_at: resetsAt }, postponedUntil: resetsAt },
    });
    await openUpload(few, '6a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c4'); // of another workspace
  });

  test('a launch frees a place', async () => {
    const { few, start, put } = await createFull();
    put();
    await start();
    await openUpload(few, WORKSPACE);
    await expect(openUpload(few, WORKSPACE)).rejects.toMatchObject({ label: 'LIMIT_REACHED' });
  });

  test('the end of their day frees their places', async () => {
    const { harness, few } = await createFull();
    await harness.runUntil(harness.now() + UPLOAD_LAUNCH_MS + SECOND);
    for (let open = 0; open < 3; open += 1) await openUpload(few, WORKSPACE);
    await expect(openUpload(few, WORKSPACE)).rejects.toMatchObject({ label: 'LIMIT_REACHED' });
  });

  test('are counted one by one, however many are asked for at once', async () => {
    const { harness, ports } = await createHarness();
    const few = { ...ports, settings: { ...ports.settings, uploadsOpen: 4 } };
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => openUpload(few, WORKSPACE)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3); // and one before
    expect(harness.now()).toBeGreaterThan(0);
  });
});

test('a dry run looks for its upload, does not read or claim it', async () => {
  const { ports, uid, launch, put, start } = await createHarness();
  const dryRun = (workspaceUid = WORKSPACE) => dryRunUpload(ports, { ...launch, workspaceUid }, uid);
  await expect(dryRun()).rejects.toMatchObject({ label: 'INVALID_STATE' });
  await expect(dryRun('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ label: 'NOT_FOUND' });
  put();
  const unread = { valid: null, invalid: null, validationErrors: [], estimate: null };
  expect(await dryRun()).toEqual({ ...unread, wouldWait: null, warnings: [] });
  await start();
  await expect(dryRun()).rejects.toMatchObject({ label: 'INVALID_STATE', details: { params: { status: 'USED' } } });
});
