import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../shared/api/match-route.ts';
import { ROUTES } from '../../shared/api/routes.ts';
import { drawMoves, listMoves } from '../../shared/domain/draw-moves.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { drawnBlock, readReadme, redraw, ROOT, shellLines } from './readme-text.ts';

const text = readReadme();

/** What the README holds that is made from code. */
const DRAWN: Readonly<Record<string, () => string>> = {
  moves: () => `\`\`\`mermaid\n${drawMoves()}\n\`\`\`\n\n${listMoves()}`,
  routes: drawRoutes,
  limits: drawLimits,
};

function drawRoutes(): string {
  const rows = ROUTES.map(
    ({ method, path, scope, summary }) => `| \`${method} ${path}\` | ${scope ?? '–'} | ${summary} |`,
  );
  return ['| call | scope | does |', '|---|---|---|', ...rows].join('\n');
}

function drawLimits(): string {
  const kilobytes = (bytes: number): string => `${bytes / 1024} KB`;
  const megabytes = (bytes: number): string => `${bytes / 1024 ** 2} MB`;
  const count = (value: number): string => value.toLocaleString('en-US');
  const rows: Readonly<Record<keyof typeof LIMITS, readonly [string, string]>> = {
    bodyBytes: ['body of a request', `${count(LIMITS.bodyBytes)} bytes`],
    eventBytes: [
      'the event that carries it, in which it is a string: `"`, `\\` and line breaks count twice',
      `${count(LIMITS.eventBytes)} bytes`,
    ],
    inputsPerLaunch: ['inputs of one launch, in its body', count(LIMITS.inputsPerLaunch)],
    inputsPerUpload: ['inputs of one launch, by upload', count(LIMITS.inputsPerUpload)],
    uploadBytes: ['an upload', `${count(LIMITS.uploadBytes)} bytes`],
    inputBytes: ['one input with its `custom_data`', kilobytes(LIMITS.inputBytes)],
    customDataBytes: ['`custom_data`', kilobytes(LIMITS.customDataBytes)],
    parametersBytes: ['`parameters`', kilobytes(LIMITS.parametersBytes)],
    jsonDepth: ['depth of JSON', count(LIMITS.jsonDepth)],
    resultItemBytes: ['one result', kilobytes(LIMITS.resultItemBytes)],
    pageBytes: ['one page of results', megabytes(LIMITS.pageBytes)],
    pagesPerInput: ['pages of one input', count(LIMITS.pagesPerInput)],
    cursorBytes: ["an action's next cursor", `${count(LIMITS.cursorBytes)} bytes`],
    liveCursorBytes: ["an action's next cursor, in a live call", `${count(LIMITS.liveCursorBytes)} bytes`],
    answerBytes: ['one answer; a list ends early and gives `X-Pagination-Next`', megabytes(LIMITS.answerBytes)],
    callbackBytes: ['one callback; a larger page is split into parts', kilobytes(LIMITS.callbackBytes)],
    callbackResponseBytes: ["what is kept of a receiver's answer", kilobytes(LIMITS.callbackResponseBytes)],
  };
  return [
    '| what | at most |',
    '|---|---|',
    ...Object.values(rows).map(([what, most]) => `| ${what} | ${most} |`),
  ].join('\n');
}

describe('README', () => {
  it.each(Object.entries(DRAWN))('shows %s as the code has them', (name, draw) => {
    if (process.env['UPDATE_README'] === '1') redraw(name, draw());
    expect(drawnBlock(name), 'to draw it anew: UPDATE_README=1 npx vitest run test/guards/readme.test.ts').toBe(draw());
  });

  it('links to files that exist', () => {
    const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g), ([, link = '']) => link);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });

  it('links to headings of its own that exist', () => {
    const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => slugOf(heading));
    const anchors = Array.from(text.matchAll(/\]\(#([^)]+)\)/g), ([, anchor = '']) => anchor);
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const named = Array.from(text.matchAll(/npm run ([a-z:-]+)/g), ([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('calls routes that exist', () => {
    const calls = shellLines().filter((line) => line.includes('curl ') && !line.includes('$PUT_URL')); // S3's, not ours
    expect(calls.length).toBeGreaterThanOrEqual(5);
    expect(calls.filter((line) => !matchRoute(...calledBy(line)).found)).toEqual([]);
  });

  it('says of nothing that exists that it is not there yet', () => {
    const section = /^## Not there yet$([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
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
