import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';

const CLIENT = fileURLToPath(import.meta.resolve('aws-lambda-ric'));
const NATIVE_PART = fileURLToPath(import.meta.resolve('./rapid-client.ts'));
const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const DEADLINE_MS = 60_000;

/** How a function took its first event, as Lambda's Runtime API was told. */
export interface RuntimeReport {
  readonly kind: 'response' | 'error' | 'init error';
  readonly body: unknown;
  /** What it printed. */
  readonly printed: string;
}

/**
 * Runs a function under AWS's own runtime client and hands it one event over Lambda's Runtime API ("Using the Lambda
 * runtime API"). `env` holds `LAMBDA_TASK_ROOT` and `_HANDLER` besides the function's own.
 */
export async function askUnderLambda(env: Readonly<Record<string, string>>, event: unknown): Promise<RuntimeReport> {
  const { promise: reported, resolve: report } = Promise.withResolvers<Omit<RuntimeReport, 'printed'>>();
  const server = createServer((request, response) => {
    const kind = kindOf(request);
    if (kind !== 'next') {
      void text(request).then((body) => {
        response.writeHead(202).end();
        report({ kind, body: JSON.parse(body) });
      });
      return;
    }
    const headers = {
      'Lambda-Runtime-Aws-Request-Id': REQUEST_ID,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + DEADLINE_MS),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:000000000000:function:asked',
    };
    response.writeHead(200, headers).end(JSON.stringify(event));
  });
  await listenLocally(server, 0);
  const child = spawn(process.execPath, ['--import', NATIVE_PART, CLIENT], {
    env: { ...env, AWS_LAMBDA_RUNTIME_API: new URL(urlOf(server)).host, AWS_LAMBDA_LOG_FORMAT: 'JSON' },
  });
  const ended = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (printed += part));
  try {
    const outcome = await Promise.race([reported, ended.then(() => reportless(printed))]);
    return { ...outcome, printed };
  } finally {
    child.kill('SIGKILL');
    await ended;
    server.closeAllConnections();
    await once(server.close(), 'close');
  }
}

function kindOf({ url = '' }: IncomingMessage): RuntimeReport['kind'] | 'next' {
  if (url.endsWith('/invocation/next')) return 'next';
  if (url.endsWith('/init/error')) return 'init error';
  return url.endsWith('/error') ? 'error' : 'response';
}

function reportless(printed: string): never {
  throw new Error(`The function ended and told the Runtime API nothing:\n${printed}`);
}
