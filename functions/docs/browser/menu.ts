import { all, create } from './elements.ts';

/** The contents as a menu on small screens, and which part of them is being read. */
export function addMenu(): void {
  const contents = document.querySelector('.contents');
  const button = create('button', { type: 'button', class: 'menu', 'aria-expanded': 'false' }, 'Contents');
  const show = (isOpen: boolean): void => {
    document.documentElement.classList.toggle('menu-open', isOpen);
    button.setAttribute('aria-expanded', String(isOpen));
  };
  button.addEventListener('click', () => show(button.getAttribute('aria-expanded') === 'false'));
  contents?.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('a') !== null) show(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || button.getAttribute('aria-expanded') === 'false') return;
    show(false);
    button.focus();
  });
  document.querySelector('.top')?.append(button);
  markCurrent();
}

function markCurrent(): void {
  const links = new Map(all('.contents li a').map((link) => [link.getAttribute('href')?.slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      const entry = entries.find(({ isIntersecting }) => isIntersecting);
      const link = links.get(entry?.target.querySelector('h3')?.id);
      if (link === undefined) return;
      for (const other of all('.contents [aria-current]')) other.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      keepInView(link);
    },
    { rootMargin: '-15% 0px -80% 0px' },
  );
  for (const article of all('article')) seen.observe(article);
}

/** Scrolls the contents alone: scrollIntoView would move the page too. */
function keepInView(link: HTMLElement): void {
  const contents = link.closest('.contents');
  if (contents === null || contents.scrollHeight <= contents.clientHeight) return;
  const { top, bottom } = link.getBoundingClientRect();
  const frame = contents.getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) contents.scrollTop += top - frame.top - frame.height / 3;
}
