import { BundleError, watchFunctions } from '../../bundle.ts';
import { settingsOf } from '../../settings.ts';
import { claimBundleDir, releaseBundleDir } from './bundle-dir.ts';
import { LOCAL_STAGE, ROOT } from './project.ts';
import { StartRefused } from '../start/start-options.ts';

/** Exit code of a start whose sources cannot be built, as of any build. */
const BUILD_FAILED = 1;

/** Bundles that are built again when the sources change. */
export interface LiveBundle {
  /** Holds `<function>/index.mjs`; gone after `stop`. */
  readonly dir: string;
  /** Sets who hears of each build after the first: null is a good one, else the fault found by compiler or registry. */
  onRebuild(listener: (fault: string | null) => void): void;
  stop(): Promise<void>;
}

/**
 * Bundles the functions, and again on each change. A failed build leaves the last good one. Throws StartRefused when
 * the first fails.
 */
export async function startLiveBundle(): Promise<LiveBundle> {
  const dir = claimBundleDir();
  let notify = (_fault: string | null): void => undefined;
  const first = Promise.withResolvers<string | null>();
  let isFirst = true;
  const watching = await watchFunctions({
    root: ROOT,
    outDir: dir,
    offered: settingsOf(LOCAL_STAGE).runtime.extraActions,
    onBuild(outcome) {
      const fault = outcome instanceof BundleError ? outcome.message : null;
      if (isFirst) first.resolve(fault);
      else notify(fault);
      isFirst = false;
    },
  });
  const fault = await first.promise;
  if (fault !== null) {
    await watching.stop();
    releaseBundleDir(dir);
    throw new StartRefused(`the functions cannot be built:\n${fault}`, { exitCode: BUILD_FAILED });
  }
  return {
    dir,
    onRebuild(listener) {
      notify = listener;
    },
    async stop() {
      await watching.stop();
      releaseBundleDir(dir);
    },
  };
}
