import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { PATIENCE_MS } from '../support/patience.ts';

const ROOT = join(import.meta.dirname, '../..');
const REDOCLY = fileURLToPath(import.meta.resolve('@redocly/cli/bin/cli.js'));

const report = z.looseObject({ problems: z.array(z.looseObject({ ruleId: z.string(), message: z.string() })) });

test(
  "the document follows redocly's recommended rules without an error or a warning",
  async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [REDOCLY, 'lint', 'shared/api/openapi.json', '--config=test/document/redocly.yaml', '--format=json'],
      { cwd: ROOT, env: { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off' } },
    ).catch((error: { stdout: string }) => error); // it exits with 1 where a rule is broken, and says which
    const { problems } = report.parse(JSON.parse(stdout));
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  },
  PATIENCE_MS,
);
