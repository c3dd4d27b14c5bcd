import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../shared/api/match-route.ts';
import type { Route } from '../../shared/api/route.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { drawMoves, listMoves } from '../../shared/domain/draw-moves.ts';
import { drawErrors, drawLimits, drawRates, drawReasons } from '../../shared/api/reference/fact-tables.ts';
import { settingsOf } from '../../infra/settings.ts';
import { PLANTED_BUGS } from '../simulation/planted/plant-bugs.ts';
import { drawDay } from './draw-day.ts';
import { DOCUMENTS, drawnBlock, readDocument, redraw, ROOT, shellLines } from './readme-text.ts';

/** What is made from code: the name of its block, its document and the text. */
const DRAWN: readonly (readonly [string, string, () => string])[] = [
  ['moves', 'shared/engine/README.md', () => `\`\`\`mermaid\n${drawMoves()}\n\`\`\`\n\n${listMoves()}`],
  ['planted', 'shared/engine/README.md', drawPlanted],
  ['routes', 'shared/api/README.md', drawRoutes],
  ['limits', 'shared/api/README.md', drawLimits],
  ['errors', 'shared/api/README.md', drawErrors],
  ['reasons', 'shared/api/README.md', drawReasons],
  ['rates', 'shared/api/README.md', drawSharedRates],
  ['day', 'infra/README.md', drawDay],
];

function drawRoutes(): string {
  const rows = ROUTES.map(
    ({ method, path, scope, summary }) => `| \`${method} ${path}\` | ${scope ?? '–'} | ${summary} |`,
  );
  return ['| call | scope | does |', '|---|---|---|', ...rows].join('\n');
}

/** The planted bugs by the file that each changes. */
function drawPlanted(): string {
  const folder = 'shared/engine';
  const byFile = Object.entries(Object.groupBy(PLANTED_BUGS, ({ file }) => file));
  const rows = byFile
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, bugs = []]) => {
      const names = bugs.map(({ name }) => `\`${name}\``).join(', ');
      return `| [${file}](${relative(folder, file)}) | ${names} |`;
    });
  return ['| file | planted bugs |', '|---|---|', ...rows].join('\n');
}

/** The rate limits that all stages have. */
function drawSharedRates(): string {
  const stages = ['local', 'dev', 'prod'].map((stage) => settingsOf(stage).runtime.rateLimits);
  const limits = settingsOf('prod').runtime.rateLimits;
  for (const other of stages) expect(other, 'one table is not enough where stages differ').toEqual(limits);
  return drawRates(limits);
}

describe('the documents', () => {
  it.each(DRAWN)('show %s in %s as the code has them', (name, document, draw) => {
    if (process.env['UPDATE_README'] === '1') redraw(document, name, draw());
    const how = 'to draw it anew: UPDATE_README=1 npx vitest run test/guards/readme.test.ts';
    expect(drawnBlock(document, name), how).toBe(draw());
  });

  it('are short where a stranger begins', () => {
    expect(readDocument('README.md').split('\n').length).toBeLessThanOrEqual(250);
  });

  it('link to files and headings that exist', () => {
    const links = DOCUMENTS.flatMap((document) => linksOf(document).map((link) => ({ document, link })));
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(({ document, link }) => !leadsSomewhere(document, link))).toEqual([]);
  });

  it('are all reached from the first one', () => {
    const reached = new Set<string>();
    const walk = (document: string): void => {
      if (reached.has(document)) return;
      reached.add(document);
      for (const link of linksOf(document)) {
        const { path } = partsOf(document, link);
        if (DOCUMENTS.includes(path)) walk(path);
      }
    };
    walk('README.md');
    expect(DOCUMENTS.filter((document) => !reached.has(document))).toEqual([]);
  });

  it('name scripts that package.json has', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const named = DOCUMENTS.flatMap((document) =>
      Array.from(readDocument(document).matchAll(/npm run ([a-z:-]+)/g), ([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('call routes that exist', () => {
    const calls = DOCUMENTS.flatMap(shellLines).filter((line) => line.includes('curl ') && !line.includes('$PUT_URL')); // S3's, not ours
    expect(calls.length).toBeGreaterThanOrEqual(8);
    expect(calls.filter((line) => !matchRoute(...calledBy(line)).found)).toEqual([]);
  });

  it('name a planted bug for each rule of the engine, and none that is not there', () => {
    const [, rules = ''] = /^## Rules$([\s\S]*?)^## /m.exec(readDocument('shared/engine/README.md')) ?? [];
    const bullets = rules.split(/^- /m).slice(1);
    expect(bullets.length).toBeGreaterThan(20);
    const named = bullets.map((bullet) => ({
      rule: bullet.split('\n')[0],
      bugs: Array.from((/\*Planted:\*([\s\S]*?)\./.exec(bullet)?.[1] ?? '').matchAll(/`([^`]+)`/g), ([, name]) => name),
    }));
    expect(named.filter(({ bugs }) => bugs.length === 0)).toEqual([]);
    const known = new Set<string | undefined>(PLANTED_BUGS.map(({ name }) => name));
    expect(named.flatMap(({ bugs }) => bugs.filter((bug) => !known.has(bug)))).toEqual([]);
  });

  it('name every field that a request body may have', () => {
    const text = readDocument('shared/api/README.md');
    const routes: readonly Route[] = ROUTES;
    const fields = routes.flatMap(({ operation, body }) =>
      Object.keys(body?.shape ?? {}).map((field) => ({ operation, field })),
    );
    expect(fields.length).toBeGreaterThan(20);
    expect(fields.filter(({ field }) => !new RegExp(`\`${field}[\`.[]`).test(text))).toEqual([]);
  });

  it('say of nothing that exists that it is not there yet', () => {
    const section = /^## Not there yet$([\s\S]*?)^## /m.exec(readDocument('README.md'))?.[1] ?? '';
    expect(section).not.toBe('');
    const paths = Array.from(section.matchAll(/`([A-Z]+) (\/v1\/[^`]+)`/g), ([, method = '', path = '']) => ({
      method,
      path,
    }));
    const claimed = ROUTES.filter((route) =>
      paths.some(({ method, path }) => method === route.method && path === route.path),
    );
    expect(claimed.map(({ operation }) => operation)).toEqual([]);
  });
});

/** The targets of a document's links that lead into the project. What is within code is no link. */
function linksOf(document: string): readonly string[] {
  const prose = readDocument(document)
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '`');
  return Array.from(prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)[^)]*\)/g), ([, link = '']) => link);
}

function partsOf(document: string, link: string): { readonly path: string; readonly anchor: string | undefined } {
  const [path = '', anchor] = link.split('#');
  return { path: path === '' ? document : normalize(join(dirname(document), path)), anchor };
}

function leadsSomewhere(document: string, link: string): boolean {
  const { path, anchor } = partsOf(document, link);
  if (!existsSync(join(ROOT, path))) return false;
  if (anchor === undefined) return true;
  return statSync(join(ROOT, path)).isFile() && DOCUMENTS.includes(path) && anchorsOf(path).includes(anchor);
}

/** The anchors of a document's headings. A line that begins with # in a block of code is none. */
function anchorsOf(document: string): readonly string[] {
  const prose = readDocument(document).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  return Array.from(prose.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => slugOf(heading));
}

/** Method and path of a line of curl. */
function calledBy(line: string): readonly [string, string] {
  const path = /\$URL(\/v1\/[^"'?\s]*)/.exec(line)?.[1] ?? line;
  const method = /-X ([A-Z]+)/.exec(line)?.[1] ?? (/ -d /.test(line) ? 'POST' : 'GET');
  return [method, path.replaceAll(/\$[A-Z_]+/g, '1e06f8fa-9c6a-8b60-9c59-0b919e5322a8')];
}

/** A heading's anchor, as GitHub makes it. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
