/**
 * Runs in a process of its own, so that bundler and CDK take no memory of a running system: builds once, sends the
 * outcome, and ends. It ends too when the process that started it does, however that was.
 */
import type { BuildOrder, BuildOutcome } from './build-messages.ts';

const order: BuildOrder = JSON.parse(process.argv[2] ?? '{}');
let stopBundler = async (): Promise<void> => undefined;
process.on('disconnect', () => void stopBundler().finally(() => process.exit()));
const outcome = await build(order).catch((error: unknown): BuildOutcome => ({ kind: 'fault', fault: faultOf(error) }));
process.send?.(outcome, () => process.exit());

async function build({ task, root, dir, settings = {} }: BuildOrder): Promise<BuildOutcome> {
  if (task === 'stack') {
    const { synthesizeOver } = await import('./synthesize-over.ts');
    return { kind: 'stack', stack: await synthesizeOver(root, settings) };
  }
  const { stop } = await import('esbuild');
  stopBundler = stop;
  const { bundleFunctions } = await import('../../bundle.ts');
  const { settingsOf, LOCAL_STAGE } = await import('../../settings.ts');
  const offered = settingsOf(LOCAL_STAGE).runtime.extraActions;
  const { inputs } = await bundleFunctions({ root, outDir: dir, offered });
  return { kind: 'bundles', inputs };
}

/** What sources can be at fault for is told in its message; anything else is ours, and comes with its stack. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'BundleError' ? error.message : (error.stack ?? error.message);
}
