import { useMemo, useState } from 'preact/hooks';
import type { Action, DryRun, ValidationError } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { hrefOf, navigate } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { bodyOf, type Draft, parametersSchemaOf } from './draft.ts';
import { DryRunNotice } from './dry-run-notice.tsx';
import { faultsByInput, otherFaults } from './faults.ts';
import { LaunchOptions } from './launch-options.tsx';
import { LiveAnswer } from './live-answer.tsx';
import { ManyInputs } from './many-inputs.tsx';
import { inputsOfTable, parseInputs, targetsFor, type Target } from './parse-inputs.ts';
import { clientText, curlText } from './same-call.ts';
import { fieldsOf, objectOf } from './schema-fields.ts';
import { SchemaForm } from './schema-form.tsx';
import { startLaunch } from './start-launch.ts';

const MODES = { async: 'Async: a run', live: 'Live: one page now', schedule: 'Schedule' } as const;

/** The whole form of a launch. */
export function NewRunForm({ action, first }: { readonly action: Action; readonly first: Draft }) {
  const { client, can } = useSession();
  const act = useAct();
  const [draft, setDraft] = useState(first);
  const [tables, setTargets] = useState<readonly Target[] | null>(null);
  const [checked, setChecked] = useState<DryRun | null>(null);
  const [asked, setAsked] = useState<Readonly<Record<string, unknown>> | null>(null);
  const change = (changes: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...changes }));
    setChecked(null);
  };

  const fields = useMemo(() => fieldsOf(action.input_schema), [action]);
  const parameterFields = fieldsOf(parametersSchemaOf(action, draft.mode)) ?? [];
  const isMany = draft.isMany && draft.mode !== 'live';
  const many = isMany || fields === null ? (isMany ? draft.many : draft.json) : '';
  const parsed = useMemo(() => parseInputs(many), [many]);
  const targets = useMemo(() => (parsed.kind === 'table' ? targetsFor(parsed.columns, fields) : []), [parsed, fields]);
  const chosen = tables?.length === targets.length ? tables : targets;
  const inputs = useMemo(() => {
    if (!isMany && fields !== null) return [objectOf(fields, draft.input)];
    if (parsed.kind === 'table') return inputsOfTable(parsed, chosen, fields);
    return parsed.kind === 'objects' ? parsed.objects : [];
  }, [isMany, fields, draft.input, parsed, chosen]);
  const body = bodyOf(draft, inputs, parameterFields);

  const errors: readonly ValidationError[] = act.error?.validationErrors ?? checked?.validation_errors ?? [];
  const at = draft.mode === 'live' ? 'input' : 'inputs[0]';
  const faults = isMany ? faultsByInput(errors) : [];
  const shown = isMany ? ['inputs'] : (fields ?? []).map(({ name }) => `${at}.${name}`);
  const others = otherFaults(errors, [...shown, ...parameterFields.map(({ name }) => `parameters.${name}`)]);
  const canStart = draft.mode === 'schedule' ? can('manage') || can('run') : can('run');
  const isReady = parsed.kind !== 'fault' && (inputs.length > 0 || draft.mode === 'live');

  const check = (): void =>
    void act.run(async () => {
      setChecked(await client.action(action.name).dryRun(body as never)); // cast: what was typed, checked by the API
    });
  const start = (): void =>
    void act.run(async () => {
      if (draft.mode === 'live') return setAsked({ ...body });
      navigate(hrefOf(await startLaunch(client, action.name, draft.mode, body)));
    });

  return (
    <form
      class="two"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <div class="stack">
        <Choice
          label="Mode"
          options={action.modes.map((mode) => [mode, MODES[mode]] as const)}
          value={draft.mode}
          onChange={(mode) => change({ mode })}
        />
        {draft.mode === 'live' ? null : (
          <Choice
            label="Inputs"
            options={[
              ['one', 'One input'],
              ['many', 'Many inputs'],
            ]}
            value={draft.isMany ? 'many' : 'one'}
            onChange={(value) => change({ isMany: value === 'many' })}
          />
        )}
        {isMany ? (
          <ManyInputs
            text={draft.many}
            parsed={parsed}
            inputs={inputs}
            targets={chosen}
            fields={fields}
            faults={faults}
            onText={(text) => {
              change({ many: text });
              setTargets(null);
            }}
            onTargets={setTargets}
          />
        ) : fields === null ? (
          <label class="field">
            <span class="label">Input as JSON</span>
            <textarea
              name="json"
              spellcheck={false}
              placeholder={'{ }'}
              value={draft.json}
              onInput={(event) => change({ json: event.currentTarget.value })}
            />
            <span class={parsed.kind === 'fault' ? 'fault' : 'hint'}>
              {parsed.kind === 'fault' ? parsed.message : 'The schema of this input fits no form; Actions shows it.'}
            </span>
          </label>
        ) : (
          <SchemaForm
            id="input"
            fields={fields}
            texts={draft.input}
            errors={errors}
            at={at}
            onChange={(name, text) => change({ input: { ...draft.input, [name]: text } })}
          />
        )}
        <fieldset>
          <legend>Parameters</legend>
          {parameterFields.length === 0 ? <p class="hint">This action takes none.</p> : null}
          <SchemaForm
            id="parameters"
            fields={parameterFields}
            texts={draft.parameters}
            errors={errors}
            at="parameters"
            onChange={(name, text) => change({ parameters: { ...draft.parameters, [name]: text } })}
          />
        </fieldset>
      </div>
      <div class="stack">
        <LaunchOptions
          mode={draft.mode}
          options={draft.options}
          errors={errors}
          onChange={(name, text) => change({ options: { ...draft.options, [name]: text } })}
        />
        {act.error === null || others.length < errors.length ? null : <ErrorNotice error={act.error} />}
        {act.error !== null && others.length < errors.length ? <Notice kind="bad">{act.error.message}</Notice> : null}
        {others.map(({ path, message }) => (
          <p key={`${path} ${message}`} class="fault">
            <code>{path}</code> {message}
          </p>
        ))}
        {checked === null ? null : <DryRunNotice dryRun={checked} />}
        <div class="buttons">
          <Button kind="primary" isSubmit isBusy={act.isBusy} isDisabled={!canStart || !isReady}>
            {draft.mode === 'live' ? 'Call' : draft.mode === 'async' ? 'Start the run' : 'Create the schedule'}
          </Button>
          {draft.mode === 'live' ? null : (
            <Button isBusy={act.isBusy} isDisabled={!isReady} onClick={check}>
              Check only
            </Button>
          )}
          {canStart ? null : <span class="hint">This key lacks the scope run.</span>}
        </div>
        <details>
          <summary>Same call as code</summary>
          <div class="stack">
            <Code
              label="curl"
              text={curlText({ url: location.origin, action: action.name, mode: draft.mode, body: shortened(body) })}
            />
            <Code
              label="TypeScript"
              text={clientText({ url: location.origin, action: action.name, mode: draft.mode, body: shortened(body) })}
            />
          </div>
        </details>
      </div>
      {asked === null ? null : <LiveAnswer key={JSON.stringify(asked)} action={action} body={asked} />}
    </form>
  );
}

/** Code to copy has the first inputs only: a hundred thousand are no code. */
function shortened(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { inputs } = body;
  return Array.isArray(inputs) && inputs.length > 20 ? { ...body, inputs: inputs.slice(0, 20) } : body;
}

function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <div class="choice" role="radiogroup" aria-label={label}>
      {options.map(([one, title]) => (
        <label key={one}>
          <input type="radio" name={label} checked={one === value} onChange={() => onChange(one)} />
          {title}
        </label>
      ))}
    </div>
  );
}
