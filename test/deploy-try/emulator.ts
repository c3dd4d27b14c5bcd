import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { lastLines } from '../support/children.ts';
import type { Children } from '../support/children.ts';
import { freePort, untilListening } from '../support/free-port.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export interface Emulator {
  /** Variables of whoever is to work with the emulator, and with nothing else. */
  readonly env: NodeJS.ProcessEnv;
  /** Who was denied what so far. */
  denials(): readonly string[];
  /** The end of what it printed. */
  tail(): string;
}

/** Starts the emulator with the checks of credentials, signatures and IAM on, all its files under `workDir`. */
export async function startEmulator(children: Children, python: string, workDir: string): Promise<Emulator> {
  const port = await freePort();
  const certificate = join(workDir, 'certificate.pem');
  const key = join(workDir, 'key.pem');
  const env = await isolatedEnv(workDir, { python, endpoint: `https://localhost:${port}`, certificate });
  await makeCertificate(children, { certificate, key, env });
  const server = children.start(python, [join(HERE, 'emulator.py')], {
    cwd: workDir,
    env: {
      ...env,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: 'localhost',
      MINISTACK_REGION: REGION,
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      AUTH: 'true',
      USE_SSL: '1', // the bucket's policy refuses what comes without
      MINISTACK_SSL_CERT: certificate,
      MINISTACK_SSL_KEY: key,
      S3_DATA_DIR: join(workDir, 's3'),
      STATE_DIR: join(workDir, 'state'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  await untilListening(port, () => {
    if (server.exitCode !== null) throw new Error(`The emulator ended with ${server.exitCode}\n${lastLines(printed)}`);
  });
  return {
    env: { ...env, NODE_OPTIONS: `--import=${join(HERE, 'loopback.ts')}` },
    denials: () => printed.split('\n').filter((line) => line.startsWith('DENIED ')),
    tail: () => lastLines(printed, 15),
  };
}

/** Nothing of the caller's environment but the PATH: no profile, no credentials and no region that lead to AWS. */
async function isolatedEnv(
  workDir: string,
  at: { readonly python: string; readonly endpoint: string; readonly certificate: string },
) {
  const [home, tmp] = [join(workDir, 'home'), join(workDir, 'tmp')];
  await Promise.all([home, tmp].map((dir) => mkdir(dir)));
  return {
    // Node 24 before any other, and the command aws.
    PATH: [join(ROOT, 'node_modules/.bin'), dirname(at.python), process.env['PATH']].join(delimiter),
    STAGE: 'local', // for the commands of infra/ACCIDENTS.md
    HOME: home,
    TMPDIR: tmp,
    AWS_ENDPOINT_URL: at.endpoint,
    AWS_ENDPOINT_URL_S3: at.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: at.certificate,
    AWS_CA_BUNDLE: at.certificate,
    SSL_CERT_FILE: at.certificate,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
}

interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly env: NodeJS.ProcessEnv;
}

async function makeCertificate(children: Children, { certificate, key, env }: CertificateFiles): Promise<void> {
  const names = 'subjectAltName=DNS:localhost,DNS:*.execute-api.localhost,IP:127.0.0.1';
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=deploy-try'];
  const extensions = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', names];
  const files = ['-keyout', key, '-out', certificate];
  await children.run('openssl', [...request, ...extensions, ...files], { env, cwd: ROOT });
}
