import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Act } from '../data/use-act.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';

/** A window over the page; Escape closes it, and the browser keeps the focus inside. */
export function Dialog({
  title,
  isWide = false,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isWide?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  return (
    <dialog ref={dialog} class={isWide ? 'wide' : undefined} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something that is not easily undone. */
export function Confirm({
  title,
  verb,
  act,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  readonly verb: string;
  readonly act: Act;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <ErrorNotice error={act.error} />
      <p class="buttons">
        <Button kind="danger" isBusy={act.isBusy} onClick={onConfirm}>
          {verb}
        </Button>
        <Button onClick={onClose}>Keep as it is</Button>
      </p>
    </Dialog>
  );
}
