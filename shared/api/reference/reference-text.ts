import type { Chapter, Reference, Section } from './reference.ts';

/** The whole reference as one text of Markdown: `/docs.md`. */
export function renderMarkdown({ title, summary, url, chapters }: Reference): string {
  return `${[
    `# ${title}: reference of the API`,
    `${summary}. This deployment is ${url}; its OpenAPI document is ${url}/v1/openapi.json.`,
    ...chapters.flatMap((chapter) => [
      `## ${chapter.title}`,
      chapter.text,
      ...chapter.sections.flatMap((section) => [`### ${headingOf(section)}`, deeper(section.text), section.samples]),
    ]),
  ]
    .filter((text) => text !== '')
    .join('\n\n')}\n`;
}

/** A call's heading has its operation too, by which clients and links name it. */
function headingOf({ id, title, call }: Section): string {
  return call === null ? title : `${title} (\`${id}\`)`;
}

/** Headings of a guide stand below the guide's own; blocks of code are no headings. */
function deeper(text: string): string {
  return text.replaceAll(/^###? (?=[A-Z])/gm, '#### ');
}

/** What there is and where to read it, for programs that read: `/llms.txt` (llmstxt.org). */
export function renderIndex({ title, summary, url, chapters }: Reference): string {
  const [guides, ...others] = chapters;
  return `${[
    `# ${title}`,
    `> ${summary}. An HTTPS API: JSON, an API key in the header \`X-API-Key\`, at ${url}.`,
    [
      `- [The whole reference](${url}/docs.md): guides, every call with examples, every type, as Markdown`,
      `- [OpenAPI 3.1 document](${url}/v1/openapi.json): the same for programs`,
    ].join('\n'),
    ...(guides === undefined ? [] : [listOf(guides, url, ({ title }) => title)]),
    ...others
      .filter(({ sections }) => sections.some(({ call }) => call !== null))
      .map((chapter) => listOf(chapter, url, lineOf)),
  ].join('\n\n')}\n`;
}

function listOf(chapter: Chapter, url: string, nameOf: (section: Section) => string): string {
  const lines = chapter.sections.map(
    (section) =>
      `- [${nameOf(section)}](${url}/docs#${section.id})${section.call === null ? '' : `: ${section.title}`}`,
  );
  return `## ${chapter.title}\n\n${lines.join('\n')}`;
}

function lineOf({ id, call }: Section): string {
  return call === null ? id : `${id} \`${call.method} ${call.path}\``;
}
