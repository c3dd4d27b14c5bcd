import { useState } from 'preact/hooks';
import { readUtf8 } from '../../../shared/client/utf8.ts';
import { Value } from '../design/copy.tsx';
import { Notice } from '../design/notice.tsx';
import { Table } from '../design/table.tsx';
import type { ParsedInputs, Target } from './parse-inputs.ts';
import type { Field } from './schema-fields.ts';

const PREVIEWED = 5;

/** Inputs as a text that is typed, pasted or dropped, with a preview and, for a table, where each column goes. */
export function ManyInputs({
  text,
  parsed,
  inputs,
  targets,
  fields,
  faults,
  onText,
  onTargets,
}: {
  readonly text: string;
  readonly parsed: ParsedInputs;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly targets: readonly Target[];
  readonly fields: readonly Field[] | null;
  /** By number of the input. */
  readonly faults: readonly (readonly [number, string])[];
  readonly onText: (text: string) => void;
  readonly onTargets: (targets: readonly Target[]) => void;
}) {
  const [isOver, setOver] = useState(false);
  const [unread, setUnread] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const read = readUtf8(new Uint8Array(await file.arrayBuffer()));
    setUnread('text' in read ? null : `${file.name} is not UTF-8, from line ${read.faultLine} on: save it as UTF-8.`);
    if ('text' in read) onText(read.text);
  };
  return (
    <div class="stack">
      <div
        class="drop"
        data-over={isOver ? '' : undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <label class="field">
          <span class="label">Inputs as CSV, NDJSON or JSON</span>
          <textarea
            name="inputs"
            spellcheck={false}
            placeholder={'country,min_population\nNL,50000\nBE,'}
            value={text}
            onInput={(event) => {
              setUnread(null);
              onText(event.currentTarget.value);
            }}
          />
        </label>
        <label class="field">
          <span class="hint">Paste, drop a file here, or choose one:</span>
          <input
            type="file"
            accept=".csv,.tsv,.json,.ndjson,.jsonl,.txt"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      {unread === null ? null : <Notice kind="bad">{unread}</Notice>}
      {parsed.kind === 'fault' ? <Notice kind="bad">{parsed.message}</Notice> : null}
      {parsed.kind === 'table' ? (
        <ColumnMap columns={parsed.columns} targets={targets} fields={fields} onTargets={onTargets} />
      ) : null}
      {faults.length === 0 ? null : (
        <Notice kind="bad">
          {faults.map(([index, message]) => (
            <div key={`${index} ${message}`}>
              <strong>{parsed.kind === 'table' ? `Row ${index + 1}` : `Input ${index + 1}`}:</strong> {message}
            </div>
          ))}
        </Notice>
      )}
      {inputs.length === 0 ? null : (
        <>
          <p class="hint">
            {inputs.length.toLocaleString('en')} inputs; the first {Math.min(PREVIEWED, inputs.length)}:
          </p>
          <Table
            label="Preview of the inputs"
            rows={inputs.slice(0, PREVIEWED)}
            columns={[...new Set(inputs.slice(0, PREVIEWED).flatMap((input) => Object.keys(input)))].map((name) => ({
              name,
              cell: (input: Readonly<Record<string, unknown>>) => <Value value={input[name]} />,
            }))}
            keyOf={(_, index) => String(index)}
          />
        </>
      )}
    </div>
  );
}

function ColumnMap({
  columns,
  targets,
  fields,
  onTargets,
}: {
  readonly columns: readonly string[];
  readonly targets: readonly Target[];
  readonly fields: readonly Field[] | null;
  readonly onTargets: (targets: readonly Target[]) => void;
}) {
  const names = fields === null ? columns : fields.map(({ name }) => name);
  return (
    <fieldset>
      <legend>Columns</legend>
      <div class="filters">
        {columns.map((column, index) => {
          const target = targets[index];
          const value = target === undefined ? '' : target.to === 'field' ? `=${target.name}` : target.to;
          return (
            <label key={column} class="field">
              <span class="label">{column}</span>
              <select
                value={value}
                onChange={({ currentTarget: { value: chosen } }) =>
                  onTargets(targets.map((one, at) => (at === index ? targetOf(chosen) : one)))
                }
              >
                {names.map((name) => (
                  <option key={name} value={`=${name}`}>
                    {name}
                  </option>
                ))}
                <option value="custom_data">custom_data</option>
                <option value="nothing">leave out</option>
              </select>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

function targetOf(value: string): Target {
  if (value.startsWith('=')) return { to: 'field', name: value.slice(1) };
  return value === 'custom_data' ? { to: 'custom_data' } : { to: 'nothing' };
}
