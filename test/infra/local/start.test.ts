import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { listenLocally, urlOf } from '../../../infra/local/listen.ts';
import { openTrireme } from '../../support/open-trireme.ts';
import { startNode } from '../../support/start-node.ts';

const START = resolve(import.meta.dirname, '../../../infra/local/start.ts');
const folder = mkdtempSync(join(tmpdir(), 'host-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): { child: ChildProcess; firstLine: Promise<string>; ended: Promise<Ended> } {
  const child = startNode([START, ...args]);
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const firstLine = new Promise<string>((found) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('\n')) found(stdout.split('\n')[0] ?? '');
    });
  });
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, stdout, stderr })));
  return { child, firstLine, ended };
}

describe('npm start', () => {
  it.each([
    [['--bogus'], /Unknown option '--bogus'/],
    [['--port', 'http'], /--port http: a port must be a whole number/],
    [['extra'], /Unexpected argument 'extra'/],
    [['--data-dir', '/dev/null/x', '--port', '0'], /--data-dir \/dev\/null\/x: cannot be written/],
  ])('refuses %j in one line with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await start(...args).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a port that is in use', async () => {
    const server = createServer();
    await listenLocally(server, 0);
    const { port } = new URL(urlOf(server));
    const { code, stderr } = await start('--port', port, '--data-dir', join(folder, 'unused')).ended;
    server.close();
    expect([code, stderr]).toEqual([
      2,
      `npm start: --port ${port}: the port is in use; use another one, or 0 for any free port\n`,
    ]);
  });

  it('says where it is, keeps its key over a restart, lets nobody else in, and stops on a signal', async () => {
    const dataDir = join(folder, 'data');
    const Ready = z.strictObject({
      url: z.url(),
      apiKey: z.string(),
      workspaceUid: z.string(),
      inboxUrl: z.url(),
      signingSecret: z.string(),
    });
    const first = start('--json', '--port', '0', '--data-dir', dataDir);
    const ready = Ready.parse(JSON.parse(await first.firstLine));
    expect(await openTrireme(ready.url, ready.apiKey).actions.list()).not.toEqual([]);
    expect((await fetch(ready.inboxUrl)).status).toBe(200);
    expect(statSync(join(dataDir, 'running.json')).mode & 0o077).toBe(0);

    const second = await start('--port', '0', '--data-dir', dataDir).ended;
    expect([second.code, second.stderr]).toEqual([
      2,
      expect.stringMatching(/process \d+ already uses this folder, at http/),
    ]);

    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(existsSync(join(dataDir, 'running.json'))).toBe(false);

    writeFileSync(join(dataDir, 'own-file'), 'not ours');
    const again = start('--json', '--port', '0', '--data-dir', dataDir);
    expect(Ready.parse(JSON.parse(await again.firstLine))).toMatchObject({
      apiKey: ready.apiKey,
      workspaceUid: ready.workspaceUid,
      signingSecret: ready.signingSecret,
    });
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(0);

    const anew = start('--json', '--port', '0', '--data-dir', dataDir, '--reset');
    expect(Ready.parse(JSON.parse(await anew.firstLine)).workspaceUid).not.toBe(ready.workspaceUid);
    anew.child.kill('SIGKILL');
    await anew.ended;
    expect(readFileSync(join(dataDir, 'own-file'), 'utf8')).toBe('not ours');
  });
});
