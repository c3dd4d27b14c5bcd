import { BundleError, watchFunctions } from '../../bundle.ts';
import { settingsOf } from '../../settings.ts';
import { claimBundleDir, releaseBundleDir } from './bundle-dir.ts';
import { LOCAL_STAGE, ROOT } from './project.ts';
import { StartRefused } from '../start/start-options.ts';

/** Exit code of a start that the sources keep from being, as any build's. */
const SOURCES_AT_FAULT = 1;

/** Bundles that follow the sources. */
export interface LiveBundle {
  /** Holds `<function>/index.mjs`; gone after `stop`. */
  readonly dir: string;
  /** Told of every build after the first: null when it is good, else what the compiler or the registry of actions says. */
  follow(onRebuild: (fault: string | null) => void): void;
  stop(): Promise<void>;
}

/** Bundles the functions and again on each change; a build that fails leaves the last good one. Throws StartRefused when the first fails. */
export async function startLiveBundle(): Promise<LiveBundle> {
  const dir = claimBundleDir();
  let tell = (_fault: string | null): void => undefined;
  const first = Promise.withResolvers<string | null>();
  let isFirst = true;
  const watching = await watchFunctions({
    root: ROOT,
    outDir: dir,
    offered: settingsOf(LOCAL_STAGE).runtime.extraActions,
    onBuild(outcome) {
      const fault = outcome instanceof BundleError ? outcome.message : null;
      if (isFirst) first.resolve(fault);
      else tell(fault);
      isFirst = false;
    },
  });
  const fault = await first.promise;
  if (fault !== null) {
    await watching.stop();
    releaseBundleDir(dir);
    throw new StartRefused(`the functions cannot be built:\n${fault}`, { exitCode: SOURCES_AT_FAULT });
  }
  return {
    dir,
    follow(onRebuild) {
      tell = onRebuild;
    },
    async stop() {
      await watching.stop();
      releaseBundleDir(dir);
    },
  };
}
