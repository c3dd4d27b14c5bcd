import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Folders whose files take long, those that mostly wait before those that compute. What is short comes last and fills up. */
const FOLDERS = ['/test/journeys/', '/test/simulation/', '/test/infra/'];

/** The order of files in which no core is left idle in the end. Within a folder it is vitest's own. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = FOLDERS.findIndex((folder) => moduleId.includes(folder));
  return rank === -1 ? FOLDERS.length : rank;
}
