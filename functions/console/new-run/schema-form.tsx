import type { ValidationError } from '../../../shared/client/trireme.ts';
import { faultOf } from './faults.ts';
import type { Field } from './schema-fields.ts';

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
  readonly fields: readonly Field[];
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
          fault={faultOf(errors, at, field.name)}
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
  readonly field: Field;
  readonly text: string;
  readonly fault: string | null;
  readonly onText: (text: string) => void;
}) {
  const { name, title, hint, kind, isRequired, options, placeholder } = field;
  const common = {
    id,
    name,
    'aria-invalid': fault !== null,
    'aria-describedby': `${id}-help`,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => onText(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label class="label" for={id}>
        {title} <em>{isRequired ? '' : 'optional'}</em>
      </label>
      {kind === 'choice' || kind === 'boolean' ? (
        <select {...common} value={text}>
          <option value="">{isRequired ? 'Choose…' : 'Not given'}</option>
          {(kind === 'boolean' ? ['true', 'false'] : options).map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : kind === 'json' ? (
        <textarea
          {...common}
          class="short"
          value={text}
          placeholder={placeholder === '' ? 'JSON' : placeholder}
          rows={3}
        />
      ) : (
        <input
          {...common}
          type="text"
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          autocomplete="off"
          placeholder={placeholder}
          value={text}
        />
      )}
      <span id={`${id}-help`} class={fault === null ? 'hint' : 'fault'}>
        {fault ?? hint}
      </span>
    </div>
  );
}
