import { join } from 'node:path';
import { BUNDLE_DIR, synthesize } from '../../infra/app.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { LOCAL_STAGE, settingsOf } from '../../infra/settings.ts';
import { createProjectWithAction } from '../support/project-with-action.ts';

const ADDED = `import * as z from 'zod';
import { defineAction } from '../../shared/sdk/define-action.ts';

export const added = defineAction({
  name: 'added', title: 'Added', description: 'Of the next release.', input: z.strictObject({}), result: z.string(),
  run: async () => ({ results: ['added'], nextCursor: null }),
});
`;

/** The CDK app of the stage as a later release has it, or as its owner points it at a restored table and a new secret. */
const [variant, tableName = '', masterSecretArn = ''] = process.argv.slice(2);
if (variant === 'release') await synthesizeRelease();
else if (variant === 'restored') {
  // Over the bundles of the synthesis before.
  synthesize({ bundleDir: BUNDLE_DIR, settings: { existing: { tableName, masterSecretArn } } });
} else throw new Error(`There is no app ${variant}`);

/** One action more and one setting changed. */
async function synthesizeRelease(): Promise<void> {
  const { runtime } = settingsOf(LOCAL_STAGE);
  const project = createProjectWithAction({ file: 'added.ts', name: 'added', source: ADDED });
  try {
    const bundleDir = join(project.root, 'bundles');
    await bundleFunctions({ root: project.root, outDir: bundleDir, offered: runtime.extraActions });
    synthesize({ bundleDir, settings: { runtime: { ...runtime, uploadsOpen: 99 } } });
  } finally {
    project.remove();
  }
}
