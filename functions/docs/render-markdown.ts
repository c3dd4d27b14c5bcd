import { Marked, type Tokens } from 'marked';
import { colourCode } from './colour-code.ts';
import { escape, Html } from './html.ts';

/** Where text in code leads: `RunStatus` or `GET /v1/runs` to what explains it; undefined: nowhere. */
export type FindTarget = (code: string) => string | undefined;

/**
 * Markdown as HTML. HTML in it is text: descriptions of actions are anybody's. A row of a table that has one of
 * `rowNames` is where links to that name lead.
 */
export function createMarkdown(findTarget: FindTarget, rowNames: ReadonlySet<string>): (markdown: string) => Html {
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escape(text),
      heading({ tokens, depth }) {
        return `<h${depth}>${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      codespan: ({ text }) => {
        const target = findTarget(text);
        const code = `<code>${escape(text)}</code>`;
        return target === undefined ? code : `<a href="#${escape(target)}">${code}</a>`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        return /^(#|\/|https:)/.test(href) ? `<a href="${escape(href)}">${text}</a>` : text;
      },
      image: ({ text }) => escape(text),
      code: codeBlock,
      table(token) {
        return `<div class="table" tabindex="0" role="group" aria-label="Table">${tableOf(token, (cell) => this.parser.parseInline(cell.tokens), rowNames)}</div>\n`;
      },
    },
  });
  return (markdown) => new Html(marked.parse(markdown, { async: false }));
}

const LANGUAGES: Readonly<Record<string, string>> = {
  sh: 'curl',
  ts: 'TypeScript',
  py: 'Python',
  json: 'JSON',
  http: 'HTTP',
};

/** A block that can be scrolled by the keyboard; the page's script adds a button to copy it. */
function codeBlock({ text, lang = '' }: Tokens.Code): string {
  const name = LANGUAGES[lang] ?? 'Code';
  return `<figure class="code" data-language="${escape(lang)}"><pre tabindex="0" role="group" aria-label="${name}"><code>${colourCode(text, lang).text}</code></pre></figure>\n`;
}

/** A table whose cells carry their heading, for screens on which each is a line of its own. */
function tableOf(
  { header, rows }: Tokens.Table,
  write: (cell: Tokens.TableCell) => string,
  rowNames: ReadonlySet<string>,
): string {
  const plain = (cell: Tokens.TableCell): string => cell.text.replaceAll('`', '');
  const labels = header.map((cell) => escape(plain(cell)));
  const head = header.map((cell) => `<th scope="col">${write(cell)}</th>`).join('');
  const body = rows.map((row) => {
    const name = row.map(plain).find((text) => rowNames.has(text));
    const cells = row.map((cell, index) => `<td data-label="${labels[index] ?? ''}">${write(cell)}</td>`).join('');
    return `<tr${name === undefined ? '' : ` id="${escape(name)}"`}>${cells}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
