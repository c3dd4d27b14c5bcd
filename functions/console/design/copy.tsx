import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

/** A button that copies a text. */
function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [isDone, setDone] = useState(false);
  return (
    <button
      type="button"
      class="copy"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1_500);
        });
      }}
    >
      <Icon shape={isDone ? 'check' : 'copy'} />
      {isDone ? 'Copied' : label}
    </button>
  );
}

/** An id, of which the start is enough to tell it from others on the page. */
export function Uid({ uid }: { readonly uid: string }) {
  return (
    <code class="uid" title={uid}>
      {uid.slice(0, 8)}…{uid.slice(-4)}
    </code>
  );
}

/** A text to read and to copy: code, JSON, a body. */
export function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="code">
      <Copy text={text} />
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  return <Code text={JSON.stringify(value, null, 2)} label={label} />;
}

/** A value in a cell of a table: text as it is, everything else as JSON, long ones cut. */
export function Value({ value }: { readonly value: unknown }) {
  if (value === undefined || value === null) return <span class="muted">–</span>;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? <span title={text.slice(0, 2_000)}>{text.slice(0, 120)}…</span> : <>{text}</>;
}
