import { all, create } from './elements.ts';

const LANGUAGES = { sh: 'curl', ts: 'TypeScript', py: 'Python' } as const;
const STORED_AS = 'docs.language';

/** One language at a time in all examples, the one that was chosen last. */
export function addLanguages(): void {
  for (const samples of all('.samples')) {
    const bar = create('div', { class: 'bar', role: 'group', 'aria-label': 'Language of the examples' });
    for (const [language, label] of Object.entries(LANGUAGES)) {
      const button = create('button', { type: 'button', 'data-chooses': language }, label);
      button.addEventListener('click', () => choose(language, button));
      bar.append(button);
    }
    samples.prepend(bar);
  }
  const stored = localStorage.getItem(STORED_AS) ?? '';
  choose(Object.hasOwn(LANGUAGES, stored) ? stored : 'sh', null);
}

/** What was clicked stays where it is, though examples above it change their height. */
function choose(language: string, clicked: HTMLElement | null): void {
  const before = clicked?.getBoundingClientRect().top ?? 0;
  document.documentElement.dataset['language'] = language;
  for (const button of all('[data-chooses]')) {
    button.setAttribute('aria-pressed', String(button.dataset['chooses'] === language));
  }
  if (clicked === null) return;
  localStorage.setItem(STORED_AS, language);
  scrollBy({ top: clicked.getBoundingClientRect().top - before, behavior: 'instant' });
}
