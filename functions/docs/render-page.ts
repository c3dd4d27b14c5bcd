import type { Chapter, Reference, Section } from '../../shared/api/reference/reference.ts';
import { ERROR_LABELS } from '../../shared/domain/errors.ts';
import { Html, html } from './html.ts';
import { createMarkdown, type FindTarget } from './render-markdown.ts';

/** What a page has inside, so that its policy can name both by hash. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** The reference as one HTML document that needs nothing else; without its script it is still read. */
export function renderPage(reference: Reference, { script, style }: PageAssets): string {
  const markdown = createMarkdown(targetsOf(reference), new Set<string>(ERROR_LABELS));
  const { title, summary, url, chapters } = reference;
  const page = html`<!doctype html>
    <html lang="en" data-language="sh">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${summary}" />
        <title>${title}: API reference</title>
        <link
          rel="icon"
          href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b6e6e'/%3E%3Cpath d='M3 5h10M3 8h7M3 11h4' stroke='white' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E"
        />
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="brand" href="#content">${title} <span>API reference</span></a>
          <nav class="links" aria-label="Other forms">
            <a href="/console">Console</a> <a href="/docs.md">Markdown</a> <a href="/v1/openapi.json">OpenAPI</a>
          </nav>
        </header>
        <div class="frame">
          <nav class="contents" aria-label="Contents">
            <div class="finder" hidden>
              <label for="search">Search</label
              ><input
                id="search"
                type="search"
                placeholder="Calls, fields, errors"
                autocomplete="off"
                spellcheck="false"
              /><kbd aria-hidden="true">/</kbd>
              <p id="found" role="status"></p>
            </div>
            ${chapters.map(contentsOf)}
          </nav>
          <main id="content" tabindex="-1">
            <h1>${title}: API reference</h1>
            <p class="lead">
              ${summary}. This deployment answers at <code>${url}</code>. Examples take the key from the variable
              <code>KEY</code>, and uids from variables such as <code>RUN_UID</code>.
            </p>
            ${chapters.map((chapter) => chapterOf(chapter, markdown))}
          </main>
        </div>
        ${new Html(`<script type="module">${script}</script>`)}
      </body>
    </html> `;
  return page.text;
}

/** Names of types, calls and errors lead to where each is explained. */
function targetsOf({ chapters }: Reference): FindTarget {
  const targets = new Map<string, string>(ERROR_LABELS.map((label) => [label, label]));
  for (const { id, title, call } of chapters.flatMap(({ sections }) => sections)) {
    targets.set(call === null ? title : `${call.method} ${call.path}`, id);
  }
  return (code) => targets.get(code);
}

function contentsOf({ id, title, sections }: Chapter): Html {
  // Types are many, and are reached from calls and by search
  const isListed = id !== 'types';
  return html`<div class="chapter">
    <p><a href="#${id}">${title}</a></p>
    <ul>
      ${sections.map(
        (section) =>
          html`<li${new Html(isListed ? '' : ' class="unlisted"')}><a href="#${section.id}">${badgeOf(section)}<span>${section.title}</span></a></li>`,
      )}
    </ul>
  </div> `;
}

function badgeOf({ call }: Section): Html | null {
  return call === null
    ? null
    : html`<b class="method ${call.method.toLowerCase()}">${call.method === 'DELETE' ? 'DEL' : call.method}</b> `;
}

type Markdown = (text: string) => Html;

function chapterOf({ id, title, text, sections }: Chapter, markdown: Markdown): Html {
  return html`<section class="chapter" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${markdown(text)} ${sections.map((section) => sectionOf(section, markdown))}
  </section> `;
}

function sectionOf({ id, title, text, samples, call }: Section, markdown: Markdown): Html {
  const heading = html`<h3 id="${id}"><a href="#${id}">${title}</a></h3>`;
  if (call === null) return html`<article>${heading}${markdown(text)}</article> `;
  return html`<article class="call" data-operation="${id}" data-method="${call.method}" data-path="${call.path}">
    ${heading}
    <div class="columns">
      <div>${markdown(text)}</div>
      <div class="samples">${markdown(samples)}</div>
    </div>
  </article> `;
}
