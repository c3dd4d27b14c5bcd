import { Field } from './field.tsx';

/** Headers that a receiver needs, one a line. */
export function HeadersField({
  text,
  hint,
  fault,
  onText,
}: {
  readonly text: string;
  readonly hint: string;
  readonly fault: string | null;
  readonly onText: (text: string) => void;
}) {
  return (
    <Field id="headers" label="Headers" isOptional hint={hint} fault={fault}>
      {(control) => (
        <textarea
          {...control}
          class="short"
          rows={2}
          spellcheck={false}
          placeholder="authorization: Bearer …"
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
