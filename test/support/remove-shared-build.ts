import type { TestProject } from 'vitest/node';
import { releaseBundleDir } from '../../infra/local/build/bundle-dir.ts';
import { claimSharedBuildDir } from './shared-build.ts';

/** Set up with a run of tests: what they build together is of this run, and gone in the end. */
export default function removeSharedBuild(project: TestProject): () => void {
  const dir = claimSharedBuildDir();
  const remove = (): void => releaseBundleDir(dir);
  remove(); // a killed process may have had our number
  project.onTestsRerun(remove);
  return remove;
}
