import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

/** A button that copies a text; with a label it is a picture alone, for those who see it. */
function Copy({ text, label = null }: { readonly text: string; readonly label?: string | null }) {
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
      {label === null ? isDone ? 'Copied' : 'Copy' : <span class="unseen">{isDone ? 'Copied' : label}</span>}
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

/** An id as a whole, to be taken elsewhere. */
export function WholeUid({ uid }: { readonly uid: string }) {
  return (
    <span class="whole-uid">
      <Uid uid={uid} /> <Copy text={uid} label="Copy the id" />
    </span>
  );
}

/** An address, which is broken between its parts only, as far as it can be. */
export function Url({ url }: { readonly url: string }) {
  return (
    <code class="url">
      {url.split(/(?=[/?&])/).map((part, index) => (
        <Fragment key={String(index)}>
          {index === 0 || part === '/' ? null : <wbr />}
          {part}
        </Fragment>
      ))}
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

const SHOWN_CHARACTERS = 120;

/** A value in a cell of a table: text as it is, everything else as JSON. A long one is cut, and shown whole on demand. */
export function Value({ value }: { readonly value: unknown }) {
  if (value === undefined || value === null) return <span class="muted">–</span>;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? <LongValue value={value} text={text} /> : <bdi>{text}</bdi>;
}

function LongValue({ value, text }: { readonly value: unknown; readonly text: string }) {
  const [isOpen, setOpen] = useState(false);
  // Half of a character that takes two units is none.
  const start = text.slice(0, SHOWN_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
  return (
    <>
      <bdi>{start}…</bdi>
      <button type="button" class="copy" onClick={() => setOpen(true)}>
        Show all {sizeText(text.length)}
      </button>
      {isOpen ? (
        <Dialog title="The whole value" isWide onClose={() => setOpen(false)}>
          {typeof value === 'string' ? <Code label="Value" text={text} /> : <Json label="Value" value={value} />}
          <p class="buttons">
            <Button onClick={() => setOpen(false)}>Close</Button>
          </p>
        </Dialog>
      ) : null}
    </>
  );
}

function sizeText(characters: number): string {
  return characters < 10_000
    ? `${characters.toLocaleString('en')} characters`
    : `${Math.round(characters / 1_000).toLocaleString('en')}k characters`;
}
