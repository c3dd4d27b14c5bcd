import { useState } from 'preact/hooks';
import { hasEnded, type OutputEnvelope } from '../../../shared/client/trireme.ts';
import { useAction } from '../actions/use-actions.ts';
import { useAct } from '../data/use-act.ts';
import { useList } from '../data/use-list.ts';
import { Button } from '../design/button.tsx';
import { Json, Value } from '../design/copy.tsx';
import { Notice, ErrorNotice } from '../design/notice.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { columnsOf, isRecord } from './columns.ts';
import { saveText } from './save-text.ts';
import type { RunPart } from './run-part.ts';

const SEEN = 500;

/** The results as a table by the action's result schema, or as JSON; all of them as a file. */
export function RunResults({ run, handle }: RunPart) {
  const action = useAction(run.action_name);
  const act = useAct();
  const [isJson, setJson] = useState(false);
  const [savedBytes, setSavedBytes] = useState<number | null>(null);
  const isLive = run.execution_mode === 'LIVE';
  const list = useList((signal) => handle.envelopes({ signal }), {
    id: `outputs ${run.uid} ${run.attempt} ${isLive}`,
    keyOf: keyOfOutput,
    everyMs: 5_000,
    isOver: () => hasEnded(run),
  });
  if (isLive) return <Notice>A live call gives its results in its answer; they are not kept.</Notice>;

  const items = list.items ?? [];
  const columns: readonly Column<Numbered>[] = [
    { name: '#', isNumber: true, cell: ({ envelope }) => envelope.input_index },
    ...columnsOf(
      action?.result_schema,
      items.map(({ result }) => result),
    ).map(({ name, isNumber }) => ({
      name,
      isNumber,
      cell: ({ envelope: { result } }: Numbered) => <Value value={isRecord(result) ? result[name] : undefined} />,
    })),
  ];
  const save = (kind: 'csv' | 'ndjson'): void =>
    void act.run(async () => {
      const parts: string[] = [];
      const sink = {
        write: (text: string) => {
          parts.push(text);
          setSavedBytes(parts.reduce((sum, part) => sum + part.length, 0));
        },
      };
      const outputs = handle.outputs();
      await (kind === 'csv' ? outputs.toCsv(sink) : outputs.toNdjson(sink));
      saveText(parts, `${run.name ?? run.action_name}-${run.uid.slice(0, 8)}.${kind}`, kind);
      setSavedBytes(null);
    });
  return (
    <>
      <div class="card-head">
        <div class="choice" role="radiogroup" aria-label="Show as">
          {[false, true].map((asJson) => (
            <label key={String(asJson)}>
              <input type="radio" name="as" checked={isJson === asJson} onChange={() => setJson(asJson)} />
              {asJson ? 'JSON' : 'Table'}
            </label>
          ))}
        </div>
        <div class="buttons">
          {savedBytes === null ? null : <span class="hint">{(savedBytes / 1e6).toFixed(1)} MB read…</span>}
          <Button isBusy={act.isBusy} isDisabled={run.output_count === 0} onClick={() => save('csv')}>
            Download CSV
          </Button>
          <Button isBusy={act.isBusy} isDisabled={run.output_count === 0} onClick={() => save('ndjson')}>
            Download NDJSON
          </Button>
        </div>
      </div>
      <ErrorNotice error={act.error} />
      {isJson && items.length > 0 ? (
        <Json label="Results" value={items.slice(0, SEEN).map(({ result }) => result)} />
      ) : (
        <ListTable
          label="Results"
          list={{ ...list, items: list.items === null ? null : numbered(items) }}
          columns={columns}
          keyOf={({ key }) => key}
          empty={
            <>
              <strong>{hasEnded(run) ? 'This run gave no results' : 'No results yet'}</strong>
              {hasEnded(run) ? null : <span>They show here page by page, in the order of the inputs.</span>}
            </>
          }
        />
      )}
    </>
  );
}

interface Numbered {
  readonly key: string;
  readonly envelope: OutputEnvelope & { readonly result: unknown };
}

/** Results of one page have no id of their own: each is told by its place. */
function numbered(items: readonly Numbered['envelope'][]): readonly Numbered[] {
  return items.map((envelope, index) => ({ key: String(index), envelope }));
}

/** Two results of one page may be equal, so what is read again is told apart by the page alone. */
function keyOfOutput({ input_index: index, page, result }: Numbered['envelope']): string {
  return `${index} ${page} ${JSON.stringify(result)}`;
}
