import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { renderPage } from '../../functions/docs/render-page.ts';
import { registerActions } from '../../functions/actions/index.ts';
import { settingsOf } from '../../infra/settings.ts';
import { buildOpenapi } from '../../shared/api/document/openapi.ts';
import { callsOf, readDocument } from '../../shared/api/reference/read-document.ts';
import { buildReference } from '../../shared/api/reference/reference.ts';
import { renderIndex, renderMarkdown } from '../../shared/api/reference/reference-text.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PUBLIC_URL = 'https://api.example.com';
/** What the page may weigh over the network; script and style, which are not in it here, are under 10 KB. */
const MAX_GZIP_BYTES = 240 * 1024;

const { runtime } = settingsOf('local');
const actions = registerActions(['http-request']).list();
const openapi = buildOpenapi({ publicUrl: PUBLIC_URL, actions });
const calls = callsOf(readDocument(openapi));
const reference = buildReference(openapi, runtime);
const sections = reference.chapters.flatMap((chapter) => chapter.sections);
const markdown = renderMarkdown(reference);
const page = renderPage(reference, { script: 'script()', style: 'a{}' });

function samplesIn(language: string): readonly { readonly id: string; readonly code: string }[] {
  return sections.flatMap(({ id, samples }) => {
    const code = new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(samples)?.[1];
    return code === undefined ? [] : [{ id, code }];
  });
}

describe('the reference', () => {
  test('has every call once, in the page, the text and the index', () => {
    const operations = calls.map(({ operationId }) => operationId).toSorted();
    expect(operations.length).toBeGreaterThan(55);
    expect(operations).toContain('runHttpRequestAsync');
    expect(sections.flatMap(({ id, call }) => (call === null ? [] : [id])).toSorted()).toEqual(operations);
    for (const operation of operations) {
      expect(page).toContain(`data-operation="${operation}"`);
      expect(markdown).toContain(`(\`${operation}\`)`);
      expect(renderIndex(reference)).toContain(`(${PUBLIC_URL}/docs#${operation})`);
    }
  });

  test('shows a body field with its type, its limits and what it means', () => {
    const text = sections.find(({ id }) => id === 'runSearchCitiesAsync')?.text ?? '';
    expect(text).toContain('- `inputs` *list of `SearchCitiesInput` or null, 1 to 100,000 items*  \n  The inputs');
    expect(text).toContain('- `deadline_seconds` *integer or null, 60 to 2,592,000, default `86400`*');
    expect(text).toContain('**202** The run that was created. *`LaunchedRun`*');
    expect(text).toContain('429 `LIMIT_REACHED`');
  });

  test('tells of limits and errors what the deployment goes by', () => {
    const rateLimits = { ...runtime.rateLimits, live: { perSecond: 7, burst: 9 } };
    const other = renderMarkdown(buildReference(openapi, { rateLimits }));
    expect(other).toContain('| live | `POST …/run/live` | 7 | 9 |');
    expect(other).toContain('| 429 | `LIMIT_REACHED` |');
    expect(other).toContain('after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h');
  });

  test('has an example of every call in three languages', () => {
    for (const language of ['sh', 'ts', 'py']) {
      expect(
        samplesIn(language)
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(calls.map(({ operationId }) => operationId).toSorted());
    }
  });

  test('has TypeScript that compiles against the client, in examples and guides', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trireme-samples-'));
    try {
      const guides = sections.flatMap(({ id, text }) =>
        Array.from(text.matchAll(/```ts\n([^]*?)\n```/g), ([, code = '']) => ({ id, code })),
      );
      expect(guides.length).toBeGreaterThan(0);
      for (const { id, code } of [...samplesIn('ts'), ...guides]) {
        writeFileSync(join(folder, `${id}.ts`), `${code}\nexport {};\n`);
      }
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
      const client = join(ROOT, 'shared/client');
      const compilerOptions = {
        typeRoots: [join(ROOT, 'node_modules/@types')],
        paths: { trireme: [`${client}/trireme.ts`], 'trireme/webhook': [`${client}/webhook.ts`] },
      };
      const config = {
        extends: join(ROOT, 'tsconfig.json'),
        compilerOptions,
        include: ['.'],
        exclude: [],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      expect(outputOf(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder])).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** What a program says; also where it fails, which is then the test's message. */
function outputOf(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

describe('the page', () => {
  test('links only to parts that it has, and each part has a name of its own', () => {
    const ids = Array.from(page.matchAll(/ id="([^"]+)"/g), ([, id]) => id);
    expect(ids.length).toBeGreaterThan(130);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const links = Array.from(page.matchAll(/href="#([^"]+)"/g), ([, id]) => id);
    expect(links).toContain('RunStatus');
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('loads nothing from elsewhere, has no style or script but its own, and is light', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
    expect(page).not.toMatch(/ (style|on\w+)="/);
    expect(page.match(/<script type="module">script\(\)<\/script>/g)).toHaveLength(1);
    expect(page.match(/<style>a\{\}<\/style>/g)).toHaveLength(1);
    expect(gzipSync(page, { level: 9 }).length).toBeLessThan(MAX_GZIP_BYTES);
  });

  test("shows what an action's author wrote as text, whatever it is", () => {
    const [action] = actions;
    if (action === undefined) throw new Error('the deployment has no action');
    const description =
      'Takes <script>alert(1)</script> & [a link](javascript:alert(2)) ![x](https://elsewhere.example/x.png).';
    const own = buildOpenapi({ publicUrl: PUBLIC_URL, actions: [{ ...action, title: '<b>Bold</b>', description }] });
    const html = renderPage(buildReference(own, runtime), { script: '', style: '' });
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; a link x.');
    expect(html).toContain('&lt;b&gt;Bold&lt;/b&gt;');
    expect(html).not.toContain('<script>alert');
  });
});
