import type { ComponentChildren } from 'preact';
import { navigate } from './route.ts';

/** A link within the console: a plain click stays in the page, all others are the browser's. */
export function Link({
  href,
  children,
  class: className,
  isCurrent = false,
}: {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
}) {
  return (
    <a
      href={href}
      class={className}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(href);
      }}
    >
      {children}
    </a>
  );
}
