import { all, create } from './elements.ts';

const SHOWN_MS = 2_000;

/** A button on each block of code. */
export function addCopyButtons(within: ParentNode = document): void {
  for (const block of all('.code', within)) {
    const button = create('button', { type: 'button', class: 'copy' }, 'Copy');
    button.addEventListener('click', async () => {
      const text = block.querySelector('code')?.textContent ?? '';
      const isCopied = await navigator.clipboard.writeText(text).then(
        () => true,
        () => false, // refused by the browser, as on plain http to another machine
      );
      button.textContent = isCopied ? 'Copied' : 'Select it and copy';
      button.classList.add('done');
      setTimeout(() => {
        button.textContent = 'Copy';
        button.classList.remove('done');
      }, SHOWN_MS);
    });
    block.append(button);
  }
}
