import { addCopyButtons } from './copy.ts';
import { all, create } from './elements.ts';

/** Where the console keeps the key too, until the tab is closed. */
const KEY_STORED_AS = 'trireme.key';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}

interface Operation {
  readonly parameters: readonly Parameter[];
  readonly security: readonly unknown[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example?: unknown } } };
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let loading: Promise<ApiDocument> | null = null;

/** A button on each call that sends it to this deployment with the reader's key. */
export function addTrials(): void {
  for (const article of all('article.call')) {
    const button = create('button', { type: 'button', 'aria-expanded': 'false' }, 'Try it');
    const place = create('div', { hidden: '' });
    button.addEventListener('click', async () => {
      if (place.querySelector('form') === null) place.replaceChildren(await trialOf(article));
      place.hidden = !place.hidden;
      button.setAttribute('aria-expanded', String(!place.hidden));
      if (!place.hidden) place.querySelector<HTMLElement>('input, textarea, button')?.focus();
    });
    article.querySelector('.samples')?.append(button, place);
  }
}

async function trialOf(article: HTMLElement): Promise<HTMLElement> {
  const { method = '', path = '' } = article.dataset;
  loading ??= fetch('/v1/openapi.json').then((response) => response.json());
  try {
    const { paths } = await loading;
    const operation = paths[path]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`it has no ${method} ${path}`);
    return formOf(method, path, firstAction(paths), operation);
  } catch (error) {
    loading = null;
    return create('p', { role: 'alert' }, `The OpenAPI document could not be read: ${String(error)}`);
  }
}

/** The first action that has a path of its own. */
function firstAction(paths: ApiDocument['paths']): string {
  for (const path of Object.keys(paths)) {
    const name = /^\/v1\/actions\/([a-z0-9-]+)\/run\//.exec(path)?.[1];
    if (name !== undefined) return name;
  }
  return '';
}

function formOf(
  method: string,
  path: string,
  action: string,
  { parameters, security, requestBody }: Operation,
): HTMLElement {
  const form = create('form', { class: 'trial' });
  if (security.length > 0) {
    const key = field(
      form,
      'API key, kept until this tab is closed',
      create('input', { type: 'password', autocomplete: 'off', required: '' }),
    );
    key.value = sessionStorage.getItem(KEY_STORED_AS) ?? '';
    key.name = 'key';
  }
  for (const { name, in: place, required } of parameters) {
    const input = create('input', {
      class: 'wide',
      name: `${place}:${name}`,
      spellcheck: 'false',
      autocomplete: 'off',
    });
    input.required = required === true;
    if (place === 'path' && name === 'action') input.value = action;
    field(form, place === 'path' ? name : `${name} (${place})`, input);
  }
  const example = requestBody?.content['application/json'].example;
  if (requestBody !== undefined) {
    const area = field(form, 'Body', create('textarea', { name: 'body', spellcheck: 'false' }));
    area.value = example === undefined ? '' : JSON.stringify(example, null, 2);
  }
  const send = create('button', { class: 'main' }, `Send ${method}`);
  const answer = create('div', { class: 'answer', role: 'status' });
  form.append(send, answer);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.replaceChildren('Waiting for the answer…');
    answer.replaceChildren(...(await answerTo(method, path, new FormData(form))));
    addCopyButtons(answer);
    send.disabled = false;
  });
  return form;
}

function field<Input extends HTMLInputElement | HTMLTextAreaElement>(
  form: HTMLElement,
  label: string,
  input: Input,
): Input {
  form.append(create('label', {}, label, input));
  return input;
}

async function answerTo(method: string, path: string, given: FormData): Promise<readonly (Node | string)[]> {
  const { url, headers, body } = requestOf(path, given);
  const key = textOf(given.get('key'));
  if (key !== '') sessionStorage.setItem(KEY_STORED_AS, key);
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(key === '' ? {} : { 'X-API-Key': key }) },
      body,
      cache: 'no-store',
    });
    const text = await response.text();
    const took = Math.round(performance.now() - startedAt);
    const next = response.headers.get('x-pagination-next');
    return [
      create('p', {}, create('strong', {}, String(response.status)), ` in ${took} ms, ${text.length} characters`),
      ...(next === null ? [] : [create('p', {}, 'X-Pagination-Next: ', create('code', {}, next))]),
      create(
        'figure',
        { class: 'code' },
        create('pre', { tabindex: '0', role: 'group', 'aria-label': 'Answer' }, create('code', {}, laidOut(text))),
      ),
    ];
  } catch (error) {
    return [create('p', { role: 'alert' }, `No answer: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

function requestOf(path: string, given: FormData) {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let filled = path;
  for (const [name, value] of given) {
    const text = textOf(value);
    const [place, field] = name.split(':', 2);
    if (field === undefined || text === '') continue;
    if (place === 'path') filled = filled.replace(`{${field}}`, encodeURIComponent(text));
    if (place === 'query') query.append(field, text);
    if (place === 'header') headers[field] = text;
  }
  const body = textOf(given.get('body'));
  if (body !== '') headers['Content-Type'] = 'application/json';
  return { url: `${filled}${query.size === 0 ? '' : `?${query}`}`, headers, body: body === '' ? null : body };
}

/** What was typed; files are not asked for. */
function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** JSON in lines; as it is where laying out would change it, as with numbers beyond 2^53. */
function laidOut(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text.trim() ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}
