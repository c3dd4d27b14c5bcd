import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { constants, brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

/** The console's page: one document with its script and its style inside, so that its policy can name both by hash. */
const PAGE = /functions[/\\]console[/\\]index\.html$/;

/**
 * Lets a function import the console's page: bundled from its sources, compressed, with the hashes of what is inside.
 * `onSources` is told what it is made of.
 */
export const consolePage = (onSources: (sources: readonly string[]) => void): Plugin => ({
  name: 'console-page',
  setup: (project) => {
    project.onLoad({ filter: PAGE }, async ({ path }) => {
      const folder = dirname(path);
      const { script, style, sources } = await bundleForBrowser(folder, { script: 'main.tsx', style: 'style.css' });
      const html = (await readFile(path, 'utf8'))
        .replace('<!-- style -->', () => `<style>${style}</style>`)
        .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
      onSources([path, ...sources]);
      return {
        contents: `export const page = ${JSON.stringify(compressed(html, { script, style }))};`,
        loader: 'js',
      };
    });
  },
});

/** A script and a style as a page carries them, and every source that they are made of. */
export async function bundleForBrowser(
  folder: string,
  entries: { readonly script: string; readonly style: string },
): Promise<{ readonly script: string; readonly style: string; readonly sources: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [entries.script, entries.style],
    outdir: 'out',
    write: false,
    bundle: true,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const textOf = (ending: string): string =>
    outputFiles.find((file) => file.path.endsWith(ending))?.text.trimEnd() ?? '';
  return {
    script: textOf('.js'),
    style: textOf('.css'),
    sources: Object.keys(metafile.inputs).map((source) => join(folder, source)),
  };
}

function compressed(html: string, inside: { readonly script: string; readonly style: string }) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    etag: `W/"${hash('sha256', html, 'base64url').slice(0, 22)}"`,
    gzip: gzipSync(html, { level: 9 }).toString('base64'),
    brotli: brotliCompressSync(html, { params }).toString('base64'),
    scriptHash: policyHash(inside.script),
    styleHash: policyHash(inside.style),
  };
}

/** As a Content-Security-Policy names a text (CSP level 3, "hash-source"). */
const policyHash = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;
