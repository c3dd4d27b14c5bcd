import { useMemo, useState } from 'preact/hooks';
import type { Action, DryRun, ScheduleHandle, ValidationError } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { hrefOf, navigate } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { bodyOf, changesOf, type Draft, inputsOf, isManyOf, parametersSchemaOf, textOfInputs } from './draft.ts';
import { DryRunNotice } from './dry-run-notice.tsx';
import { faultsByInput, otherFaults } from './faults.ts';
import { LaunchOptions } from './launch-options.tsx';
import { LiveAnswer } from './live-answer.tsx';
import { ManyInputs } from './many-inputs.tsx';
import { parseInputs, targetsFor, type Target } from './parse-inputs.ts';
import { clientText, curlText } from './same-call.ts';
import { type Field, fieldsOf } from './schema-fields.ts';
import { SchemaForm } from './schema-form.tsx';
import { startLaunch } from './start-launch.ts';

const VERBS = { async: 'Start the run', live: 'Call', schedule: 'Create the schedule' } as const;
const MODES = { async: 'Async: a run', live: 'Live: one page now', schedule: 'Schedule' } as const;

/** The whole form of a launch; with `schedule`, of changes to what it launches. */
export function NewRunForm({
  action,
  first,
  schedule = null,
}: {
  readonly action: Action;
  readonly first: Draft;
  readonly schedule?: ScheduleHandle | null;
}) {
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
  const isMany = isManyOf(draft);
  const text = textOfInputs(draft, fields);
  const parsed = useMemo(() => parseInputs(text), [text]);
  const targets = useMemo(() => (parsed.kind === 'table' ? targetsFor(parsed.columns, fields) : []), [parsed, fields]);
  const chosen = tables?.length === targets.length ? tables : targets;
  const inputs = useMemo(
    () => inputsOf(draft, fields, parsed, chosen),
    [isMany, fields, draft.input, parsed, chosen], // not by what else the draft has: there may be many
  );
  const body = bodyOf(draft, inputs, parameterFields);
  const changes = useChanges(first, body, { fields, parameterFields, isChange: schedule !== null });
  /** As many inputs as no form shows stay in the schedule unless others are given. */
  const staying = schedule !== null && first.many === '' && first.isMany ? schedule.state.inputs_total : 0;

  const errors: readonly ValidationError[] = act.error?.validationErrors ?? checked?.validation_errors ?? [];
  const at = draft.mode === 'live' ? 'input' : 'inputs[0]';
  const faults = isMany ? faultsByInput(errors) : [];
  const shown = isMany ? ['inputs'] : (fields ?? []).map(({ name }) => `${at}.${name}`);
  const others = otherFaults(errors, [...shown, ...parameterFields.map(({ name }) => `parameters.${name}`)]);
  const canStart = schedule === null ? can('run') : can('manage');
  const isReady = parsed.kind !== 'fault' && (inputs.length > 0 || draft.mode === 'live' || staying > 0);

  const check = (): void =>
    void act.run(async () => {
      setChecked(await client.action(action.name).dryRun(body as never)); // cast: what was typed, checked by the API
    });
  const start = (): void =>
    void act.run(async () => {
      if (schedule !== null) {
        await schedule.update(changes);
        return navigate(hrefOf(`/schedules/${schedule.uid}`));
      }
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
        {schedule === null ? (
          <Choice
            label="Mode"
            options={action.modes.map((mode) => [mode, MODES[mode]] as const)}
            value={draft.mode}
            onChange={(mode) => change({ mode })}
          />
        ) : null}
        {staying > 0 ? (
          <Notice>
            Its {staying.toLocaleString('en')} inputs are too many to show here. They stay as they are, unless you give
            others.
          </Notice>
        ) : null}
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
          <Button
            kind="primary"
            isSubmit
            isBusy={act.isBusy}
            isDisabled={!canStart || !isReady || (schedule !== null && Object.keys(changes).length === 0)}
          >
            {schedule === null ? VERBS[draft.mode] : 'Save the changes'}
          </Button>
          {draft.mode === 'live' ? null : (
            <Button isBusy={act.isBusy} isDisabled={!isReady || inputs.length === 0} onClick={check}>
              Check only
            </Button>
          )}
          {canStart ? null : <span class="hint">This key lacks the scope {schedule === null ? 'run' : 'manage'}.</span>}
        </div>
        {schedule === null ? <SameCall action={action} draft={draft} body={body} /> : <Changed changes={changes} />}
      </div>
      {asked === null ? null : <LiveAnswer key={JSON.stringify(asked)} action={action} body={asked} />}
    </form>
  );
}

interface FormFields {
  readonly fields: readonly Field[] | null;
  readonly parameterFields: readonly Field[];
  readonly isChange: boolean;
}

/** In what the body differs from that of the first draft. */
function useChanges(first: Draft, body: Readonly<Record<string, unknown>>, form: FormFields) {
  const { fields, parameterFields, isChange } = form;
  const before = useMemo(() => {
    const parsed = parseInputs(textOfInputs(first, fields));
    return bodyOf(first, inputsOf(first, fields, parsed, []), parameterFields);
  }, [first, fields]);
  return isChange ? changesOf(before, body) : {};
}

function Changed({ changes }: { readonly changes: Readonly<Record<string, unknown>> }) {
  const names = Object.keys(changes);
  return (
    <p class="hint">
      {names.length === 0 ? 'Nothing is changed yet.' : `Changed: ${names.join(', ')}. `}
      {names.length === 0 ? '' : 'Runs that have started stay as they are.'}
      {'callback' in changes ? ' The callback is replaced with its headers: give those that it needs.' : ''}
    </p>
  );
}

function SameCall({
  action,
  draft: { mode },
  body,
}: {
  readonly action: Action;
  readonly draft: Draft;
  readonly body: Readonly<Record<string, unknown>>;
}) {
  const call = { url: location.origin, action: action.name, mode, body: shortened(body) };
  return (
    <details>
      <summary>Same call as code</summary>
      <div class="stack">
        <Code label="curl" text={curlText(call)} />
        <Code label="TypeScript" text={clientText(call)} />
      </div>
    </details>
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
