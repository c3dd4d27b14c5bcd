import type { ComponentChildren } from 'preact';
import { setQuery } from '../routing/route.ts';

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly count?: number | null;
  readonly body: () => ComponentChildren;
}

/** Tabs whose choice is part of the address. Arrow keys move among them. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string | null;
}) {
  const chosen = tabs.find(({ id }) => id === current) ?? tabs[0];
  if (chosen === undefined) return null;
  const choose = (id: string): void => setQuery({ tab: id });
  const step = (by: number): void => {
    const next = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    choose(next.id);
    document.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label}>
        {tabs.map(({ id, title, count }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === chosen.id}
            aria-controls="tab-body"
            tabIndex={id === chosen.id ? 0 : -1}
            onClick={() => choose(id)}
            onKeyDown={({ key }) => {
              if (key === 'ArrowRight') step(1);
              if (key === 'ArrowLeft') step(-1);
            }}
          >
            {title}
            {count === undefined || count === null ? null : <span class="count">{count.toLocaleString('en')}</span>}
          </button>
        ))}
      </div>
      <div id="tab-body" role="tabpanel" aria-labelledby={`tab-${chosen.id}`} class="tab-body">
        {chosen.body()}
      </div>
    </>
  );
}
