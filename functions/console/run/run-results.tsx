import { useMemo, useState } from 'preact/hooks';
import { type Action, hasEnded, type OutputEnvelope } from '../../../shared/client/trireme.ts';
import { useAction } from '../actions/use-actions.ts';
import { useAct } from '../data/use-act.ts';
import { useList } from '../data/use-list.ts';
import { Button } from '../design/button.tsx';
import { Code, Value } from '../design/copy.tsx';
import { Notice, ErrorNotice } from '../design/notice.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { columnsOf } from './columns.ts';
import { saveText } from './save-text.ts';
import type { RunPart } from './run-part.ts';

type Envelope = OutputEnvelope & { readonly result: unknown };

const NONE: readonly Envelope[] = [];

/** As much JSON as is read in a page; files have all of it. */
const SEEN_CHARACTERS = 200_000;

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
  const columns = useColumns(action, list.items ?? NONE);
  if (isLive) return <Notice>A live call gives its results in its answer; they are not kept.</Notice>;

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
      {isJson && list.items !== null && list.items.length > 0 ? (
        <ResultsAsJson items={list.items} />
      ) : (
        <ListTable
          label="Results"
          list={list}
          columns={columns}
          keyOf={(_, index) => String(index)}
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

/** The columns, the same as before as long as their names are: rows that did not change are then not drawn again. */
function useColumns(action: Action | null, items: readonly Envelope[]): readonly Column<Envelope>[] {
  const results = items.map(({ result }) => result);
  const found = columnsOf(action?.result_schema, results);
  const names = JSON.stringify(found);
  return useMemo(
    () => [
      { name: 'Input', isNumber: true, cell: ({ input_index: index }) => index },
      ...found.map(({ name, isNumber, read }) => ({
        name,
        isNumber,
        cell: ({ result }: Envelope) => <Value value={read(result)} />,
      })),
    ],
    [names],
  );
}

function ResultsAsJson({ items }: { readonly items: readonly Envelope[] }) {
  const { text, shown } = useMemo(() => {
    const texts: string[] = [];
    let characters = 0;
    for (const { result } of items) {
      if (characters > SEEN_CHARACTERS) break;
      const one = JSON.stringify(result, null, 2);
      texts.push(one);
      characters += one.length;
    }
    return { text: `[\n${texts.join(',\n')}\n]`, shown: texts.length };
  }, [items]);
  return (
    <>
      {shown < items.length ? (
        <p class="hint">
          The first {shown.toLocaleString('en')} results; the files have all of them, and the table shows each whole.
        </p>
      ) : null}
      <Code label="Results" text={text} />
    </>
  );
}

/** Two results of one page may be equal, so what is read again is told apart by the page alone. */
function keyOfOutput({ input_index: index, page, result }: Envelope): string {
  return `${index} ${page} ${JSON.stringify(result)}`;
}
