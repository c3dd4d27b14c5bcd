import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The options of `npm start`. */
export interface StartOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly reset: boolean;
  readonly json: boolean;
  readonly inspect: boolean;
  readonly sample: boolean;
  readonly chaos: boolean;
}

/** Exit code where options are wrong or the start is impossible, as opposed to a failure of ours. */
const REFUSED = 2;

/** The system cannot start; the message is for the person who started it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly exitCode: number;
  constructor(message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? REFUSED;
  }
}

export const START_HELP = `Usage: npm start -- [options]

Runs the whole system on this machine, from the synthesized CloudFormation template.

  --port N         the port of the API (default 4000; 0 for any free port)
  --data-dir DIR   the folder for all data (default .trireme)
  --reset          delete the data first
  --json           print one line of JSON when ready, then logs as JSON with stack traces; no sample run
  --inspect        allow a debugger to stop inside an action; functions have no timeout
  --no-sample      skip the sample run of the first start with a data folder
  --chaos          imitate the worst that AWS does: duplicates, stale reads, late fires, threads frozen when idle
  --help           print this text
`;

/** Reads the command line; null: it asks for help. Throws StartRefused for unknown or wrong options. */
export function readStartOptions(argv: readonly string[], cwd: string): StartOptions | null {
  const { values } = parse(argv);
  if (values.help) return null;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new StartRefused(`--port ${values.port}: a port must be a whole number from 0 to 65535`);
  }
  if (values['data-dir'].trim() === '') throw new StartRefused('--data-dir: the name of a folder is required');
  return {
    port,
    dataDir: resolve(cwd, values['data-dir']),
    reset: values.reset,
    json: values.json,
    inspect: values.inspect,
    sample: !values['no-sample'] && !values.json,
    chaos: values.chaos,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string', default: '4000' },
        'data-dir': { type: 'string', default: '.trireme' },
        reset: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        inspect: { type: 'boolean', default: false },
        'no-sample': { type: 'boolean', default: false },
        chaos: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new StartRefused(`${line} (npm start -- --help lists all options)`, { cause: error });
  }
}
