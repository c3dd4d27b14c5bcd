import type { ValidationError } from '../../../shared/client/trireme.ts';
import { Field } from '../design/field.tsx';
import { faultAt } from './faults.ts';
import type { Field as SchemaField } from './schema-fields.ts';

/** A form for an object of a schema. What was typed stays text until it is sent. */
export function SchemaForm({
  id,
  fields,
  texts,
  errors,
  at,
  onChange,
}: {
  /** Tells the forms of a page apart. */
  readonly id: string;
  readonly fields: readonly SchemaField[];
  readonly texts: Readonly<Record<string, string>>;
  readonly errors: readonly ValidationError[];
  /** Where the object lies in the body, for errors. */
  readonly at: string;
  readonly onChange: (name: string, text: string) => void;
}) {
  return (
    <>
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          id={`${id}-${field.name}`}
          field={field}
          text={texts[field.name] ?? ''}
          fault={faultAt(errors, `${at}.${field.name}`)}
          onText={(text) => onChange(field.name, text)}
        />
      ))}
    </>
  );
}

function FieldInput({
  id,
  field,
  text,
  fault,
  onText,
}: {
  readonly id: string;
  readonly field: SchemaField;
  readonly text: string;
  readonly fault: string | null;
  readonly onText: (text: string) => void;
}) {
  const { name, title, hint, kind, isRequired, options, placeholder } = field;
  const onInput = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onText(event.currentTarget.value);
  return (
    <Field id={id} label={title} isOptional={!isRequired} hint={hint} fault={fault}>
      {(control) =>
        kind === 'choice' || kind === 'boolean' ? (
          <select {...control} name={name} value={text} onInput={onInput}>
            <option value="">{isRequired ? 'Choose…' : 'Not given'}</option>
            {(kind === 'boolean' ? ['true', 'false'] : options).map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        ) : kind === 'json' ? (
          <textarea
            {...control}
            name={name}
            class="short"
            rows={3}
            placeholder={placeholder === '' ? 'JSON' : placeholder}
            value={text}
            onInput={onInput}
          />
        ) : (
          <input
            {...control}
            type="text"
            name={name}
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            autocomplete="off"
            placeholder={placeholder}
            value={text}
            onInput={onInput}
          />
        )
      }
    </Field>
  );
}
