import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runOwnerCommand } from '../../infra/admin/run-owner-command.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { concurrencyOf } from '../../infra/concurrency.ts';
import { settingsOf } from '../../infra/settings.ts';

/** A new account of AWS. */
const NEW_ACCOUNT = 10;
let allowed = NEW_ACCOUNT;
const asked: string[] = [];
const lambda = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
  const limit = { ConcurrentExecutions: allowed, UnreservedConcurrentExecutions: allowed };
  response.end(JSON.stringify({ AccountLimit: limit, AccountUsage: { FunctionCount: 0 } }));
});

beforeAll(async () => {
  await listenLocally(lambda, 0);
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', urlOf(lambda));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterAll(() => {
  vi.unstubAllEnvs();
  lambda.close();
});

async function check(stage: string): Promise<{ readonly code: number; readonly printed: string }> {
  let printed = '';
  const take = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(take));
  try {
    const code = await runOwnerCommand('owner', ['account', 'check', '--stage', stage, '--region', 'eu-west-1']);
    return { code, printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('account check', () => {
  it('asks Lambda with a signature of the caller', async () => {
    allowed = 1_000;
    expect(await check('prod')).toMatchObject({ code: 0, printed: expect.stringContaining('It fits.') });
    expect(asked.at(-1)).toMatch(
      /^GET \/2016-08-19\/account-settings\/ AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/lambda\//,
    );
  });

  it('says that a new account is too small for prod and dev, and how to ask for more', async () => {
    allowed = NEW_ACCOUNT;
    for (const stage of ['prod', 'dev']) {
      const { code, printed } = await check(stage);
      expect(code).toBe(1);
      expect(printed).toContain('Lambda allows 10 invocations at once in eu-west-1');
      expect(printed).toContain(`It does not fit: it needs ${concurrencyOf(settingsOf(stage)).least}`);
      expect(printed).toContain('request-service-quota-increase --region eu-west-1 --service-code lambda');
    }
  });

  it('says that small fits a new account', async () => {
    allowed = NEW_ACCOUNT;
    expect(await check('small')).toEqual({
      code: 0,
      printed: expect.stringContaining('9 at work: control 2, page 2, callback 2, intake 2, and the sweep'),
    });
  });
});

it('what a stage reserves comes on top of the 100 that Lambda keeps unreserved', () => {
  const reservedConcurrency = { live: 5, launch: 5, runs: 5, run: 5, verbs: 5, schedules: 5 };
  expect(concurrencyOf(settingsOf('small', { reservedConcurrency }))).toMatchObject({ reserved: 30, least: 130 });
  expect(concurrencyOf(settingsOf('prod', { reservedConcurrency })).least).toBe(30 + 175 + 1);
});
