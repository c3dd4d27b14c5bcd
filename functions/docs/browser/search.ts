import { all } from './elements.ts';

/** Looks for words in titles, paths, fields and texts; what has them stays in the contents. Enter goes to the first title with them. */
export function addSearch(): void {
  const finder = document.querySelector<HTMLElement>('.finder');
  const input = document.querySelector<HTMLInputElement>('#search');
  const contents = document.querySelector<HTMLElement>('.contents');
  const found = document.querySelector('#found');
  if (finder === null || input === null || contents === null || found === null) return;
  finder.hidden = false;
  const entries = all('.contents li').map((item) => {
    const link = item.querySelector('a');
    const id = link?.getAttribute('href')?.slice(1) ?? '';
    const article = document.getElementById(id)?.closest('article');
    const { operation = '', path = '' } = article?.dataset ?? {};
    return {
      item,
      link,
      name: `${link?.textContent ?? ''} ${operation} ${path} ${id}`.toLowerCase(),
      text: (article?.textContent ?? '').toLowerCase(),
    };
  });

  let best: HTMLElement | null = null;
  const search = (): void => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isSearching = words.length > 0;
    contents.classList.toggle('searching', isSearching);
    let count = 0;
    let named: HTMLElement | null = null;
    for (const { item, link, name, text } of entries) {
      const isNamed = words.every((word) => name.includes(word));
      const isFound = isNamed || words.every((word) => text.includes(word));
      item.hidden = !isFound;
      if (isNamed) named ??= link;
      if (isFound) count += 1;
    }
    for (const chapter of all('.chapter', contents)) {
      chapter.hidden = all('li', chapter).every((item) => item.hidden);
    }
    best = named ?? entries.find(({ item }) => !item.hidden)?.link ?? null;
    found.textContent = isSearching ? `${count === 0 ? 'Nothing' : count} found` : '';
  };

  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && input.value !== '') best?.click();
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      (best ?? entries[0]?.link)?.focus();
    }
    if (event.key === 'Escape') {
      input.value = '';
      search();
    }
  });
  contents.addEventListener('keydown', (event) => moveBetween(event, input));
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (input.offsetParent === null) document.querySelector<HTMLElement>('.menu')?.click();
    input.focus();
    input.select();
  });
}

/** Arrows go from link to link, and from the first one back to the search. */
function moveBetween(event: KeyboardEvent, input: HTMLInputElement): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = all('.contents li:not([hidden]) a').filter(({ offsetParent }) => offsetParent !== null);
  const at = links.findIndex((link) => link === event.target);
  if (step === undefined || at === -1) return;
  event.preventDefault();
  (links[at + step] ?? (step === -1 ? input : links[at]))?.focus();
}
