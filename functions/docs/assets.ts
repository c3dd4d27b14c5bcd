import type { PageAssets } from './render-page.ts';

/** The page's script and style: infra/docs-assets.ts puts them here where functions are bundled. */
export const assets: PageAssets = { script: '', style: '' };
