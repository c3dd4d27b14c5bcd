import { hash } from 'node:crypto';
import { buildOpenapi } from '../../shared/api/document/openapi.ts';
import type { DocumentedAction } from '../../shared/api/document/documented-action.ts';
import type { GuideFacts } from '../../shared/api/reference/guides/guide-facts.ts';
import { buildReference } from '../../shared/api/reference/reference.ts';
import { renderIndex, renderMarkdown } from '../../shared/api/reference/reference-text.ts';
import { once } from '../../shared/process/once.ts';
import { createDocument } from '../http/document.ts';
import { type Page, policyOf } from '../pages/answer-page.ts';
import { type PageAssets, renderPage } from './render-page.ts';

/** What the reference tells of a deployment. */
export interface DocsFacts extends Pick<GuideFacts, 'rateLimits'> {
  readonly publicUrl: string;
  readonly actions: () => readonly DocumentedAction[];
}

/** The reference as a page and as two texts, by path. Each is made when it is first asked for. */
export function createDocsPages(facts: DocsFacts, assets: PageAssets): (path: string) => Page | null {
  const reference = once(() =>
    buildReference(buildOpenapi({ publicUrl: facts.publicUrl, actions: facts.actions() }), facts),
  );
  const page = once(() => ({
    document: createDocument('text/html; charset=utf-8', renderPage(reference(), assets)),
    policy: policyOf({ scriptHashes: [sourceOf(assets.script)], styleHashes: [sourceOf(assets.style)], origins: [] }),
  }));
  const pages: Readonly<Record<string, () => Page>> = {
    '/docs': page,
    '/docs.md': once(() => ({
      document: createDocument('text/markdown; charset=utf-8', renderMarkdown(reference())),
      policy: null,
    })),
    '/llms.txt': once(() => ({
      document: createDocument('text/plain; charset=utf-8', renderIndex(reference())),
      policy: null,
    })),
  };
  return (path) => (Object.hasOwn(pages, path) ? (pages[path]?.() ?? null) : null);
}

/** As a Content-Security-Policy names a text (CSP level 3, "hash-source"). */
function sourceOf(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
