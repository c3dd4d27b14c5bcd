import type { ComponentChildren } from 'preact';

export function Button({
  kind = 'plain',
  isSubmit = false,
  isBusy = false,
  isDisabled = false,
  onClick,
  children,
}: {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly isSubmit?: boolean;
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      class="button"
      data-kind={kind}
      aria-busy={isBusy}
      disabled={isDisabled || isBusy}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
