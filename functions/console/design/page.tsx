import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** The frame of a screen: its title, what can be done here, and its body. */
export function Page({
  title,
  name = title,
  actions,
  children,
}: {
  readonly title: ComponentChildren;
  /** The title as text, for the window. */
  readonly name?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${typeof name === 'string' ? name : 'Console'} · Trireme`;
  }, [name]);
  return (
    <main id="main" class="page" tabIndex={-1}>
      <header class="page-head">
        <h1>{title}</h1>
        <div class="buttons">{actions}</div>
      </header>
      {children}
    </main>
  );
}

/** Facts in pairs of name and value. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
