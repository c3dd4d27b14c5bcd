import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundleForBrowser } from './console-page.ts';

const ASSETS = /functions[/\\]docs[/\\]assets\.ts$/;

/**
 * Puts script and style of the reference's page, bundled from their sources, where functions import them from.
 * `onSources` is told what they are made of.
 */
export const docsAssets = (onSources: (sources: readonly string[]) => void): Plugin => ({
  name: 'docs-assets',
  setup: (project) => {
    project.onLoad({ filter: ASSETS }, async ({ path }) => {
      const folder = join(dirname(path), 'browser');
      const { script, style, sources } = await bundleForBrowser(folder, { script: 'main.ts', style: 'style.css' });
      onSources([path, ...sources]);
      return {
        contents: `export const assets = ${JSON.stringify({ script, style })};`,
        loader: 'js',
      };
    });
  },
});
