import { spawn } from 'node:child_process';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { COMPILE_CACHE } from './build/project.ts';
import { jsonLine, humanLine } from './start/print-log.ts';
import { readStartOptions, START_HELP, StartRefused } from './start/start-options.ts';
import type { StartOptions } from './start/start-options.ts';
import type { Listener } from './start/start-system.ts';

const DEBUGGER_STOP_MS = 6_000;
const DEBUGGER_FLAGS = ['--inspect=127.0.0.1:9229', '--experimental-worker-inspection'];

// Lambda's clock is in UTC; threads take their zone from this process.
process.env['TZ'] = 'UTC';

try {
  const options = readStartOptions(process.argv.slice(2), process.cwd());
  if (options === null) process.stdout.write(START_HELP);
  else if (options.inspect && !process.execArgv.includes('--experimental-worker-inspection')) restartForDebugger();
  else await run(options);
} catch (error) {
  if (!(error instanceof StartRefused)) throw error;
  process.stderr.write(`npm start: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

/**
 * Functions run in threads, which a debugger reaches only in a process that was started for it. A thread at a
 * breakpoint keeps its process from ending, so the process is killed where a stop takes too long. It ends with this one.
 */
function restartForDebugger(): void {
  const child = spawn(process.execPath, [...DEBUGGER_FLAGS, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      child.kill(signal);
      setTimeout(() => child.kill('SIGKILL'), DEBUGGER_STOP_MS).unref();
    });
  }
  child.on('exit', (code) => (process.exitCode = code ?? 0));
}

/** With `--inspect` the starter is the process that was started first: whoever kills that one means this one. */
function endWithStarter(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}

async function run(options: StartOptions): Promise<void> {
  if (options.inspect) endWithStarter();
  enableCompileCache(COMPILE_CACHE);
  // Loaded here and not at the top, so that a wrong option is refused at once.
  const { startSystem } = await import('./start/start-system.ts');
  const { callbackLine, readyLine, welcome } = await import('./start/welcome.ts');
  const print = (line: string): boolean => process.stdout.write(`${line}\n`);
  const listener: Listener = options.json
    ? {
        onLog: (log) => print(jsonLine(log, new Date())),
        onNotice: (message) => print(JSON.stringify({ time: new Date().toISOString(), level: 'INFO', message })),
        onCallback: (callback) => print(JSON.stringify({ time: new Date(callback.at).toISOString(), callback })),
      }
    : {
        onLog: (log) => print(humanLine(log, new Date())),
        onNotice: print,
        onCallback: (callback) => print(callbackLine(callback)),
      };
  const system = await startSystem(options, listener);
  // Before the ready line is printed: its reader may stop the system at once.
  const stopping = stopOnSignals(() => system.close(), options);
  print(options.json ? readyLine(system) : welcome(system));
  flushCompileCache(); // a system that is killed writes nothing at its end
  if (!options.sample || !system.isNew) return;
  const { runSample } = await import('./start/sample-run.ts');
  await runSample(system, print, stopping).catch((error: unknown) => {
    if (!stopping.aborted) print(`The sample run failed: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** The first signal lets running invocations end, the second stops at once. The result is aborted by the first. */
function stopOnSignals(close: () => Promise<void>, { json }: StartOptions): AbortSignal {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
    if (!json) process.stdout.write('Stopping; once more stops at once.\n');
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`npm start: could not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping.signal;
}
