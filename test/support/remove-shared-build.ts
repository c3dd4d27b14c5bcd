import type { TestProject } from 'vitest/node';
import { releaseBundleDir } from '../../infra/local/build/bundle-dir.ts';
import { sharedBuildDir } from './shared-build.ts';

/** Set up with a run of tests: what they build together is of this run, and gone in the end. */
export default function removeSharedBuild(project: TestProject): () => void {
  const remove = (): void => releaseBundleDir(sharedBuildDir());
  remove(); // a killed process may have had our number
  project.onTestsRerun(remove);
  return remove;
}
