import type { ComponentChildren } from 'preact';

/** What an input of a {@link Field} takes, so that its name is the label alone and its hint is read after it. */
interface FieldControl {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
}

/** An input with its label, and below it what is wrong with what it has, else a hint. */
export function Field({
  id,
  label,
  isOptional = false,
  hint,
  fault,
  children,
}: {
  /** Of the input; once in a page. */
  readonly id: string;
  readonly label: string;
  readonly isOptional?: boolean;
  readonly hint: ComponentChildren;
  readonly fault: string | null;
  readonly children: (control: FieldControl) => ComponentChildren;
}) {
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
        {isOptional ? <em> optional</em> : null}
      </label>
      {children({ id, 'aria-invalid': fault !== null, 'aria-describedby': `${id}-help` })}
      <span id={`${id}-help`} class={fault === null ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}
