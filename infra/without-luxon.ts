import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Bundles cron-parser without luxon (see replaced-modules/luxon.ts). An action that imports luxon itself gets it whole.
 */
export const withoutLuxon: Plugin = {
  name: 'without-luxon',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^luxon$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]cron-parser[\\/]/.test(importer)
        ? { path: join(import.meta.dirname, 'replaced-modules/luxon.ts') }
        : null,
    );
  },
};
