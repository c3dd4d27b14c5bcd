import type { ActionMode, ValidationError } from '../../../shared/client/trireme.ts';
import { CronPreview } from '../schedules/cron-preview.tsx';
import { Field } from '../design/field.tsx';
import { HeadersField } from '../design/headers-field.tsx';
import { faultAt } from './faults.ts';

interface OptionsProps {
  readonly mode: ActionMode;
  readonly options: Readonly<Record<string, string>>;
  readonly errors: readonly ValidationError[];
  readonly onChange: (name: string, text: string) => void;
}

/** What a launch says besides its inputs. */
export function LaunchOptions(props: OptionsProps) {
  const { mode, options, errors, onChange } = props;
  if (mode === 'live') {
    return (
      <fieldset>
        <legend>Options</legend>
        <Text {...props} name="tags" title="Tags" hint="Parted by commas, to find the call by" />
      </fieldset>
    );
  }
  return (
    <fieldset>
      <legend>Options</legend>
      {mode === 'schedule' ? <Times {...props} /> : null}
      <Text {...props} name="name" title="Name" hint="To find it by" />
      <Text {...props} name="tags" title="Tags" hint="Parted by commas" />
      <Text
        {...props}
        name="callback"
        title="Callback URL"
        hint="Pages are sent there as they come; without it results are read here"
      />
      {(options['callback'] ?? '') === '' ? null : (
        <>
          <label class="field">
            <span class="label">Send</span>
            <select value={options['on']} onChange={(event) => onChange('on', event.currentTarget.value)}>
              <option value="all">every page, and the end</option>
              <option value="final">the end only</option>
            </select>
          </label>
          <HeadersField
            text={options['headers'] ?? ''}
            hint="One a line, sent with each callback. They are not shown again: give those of an earlier callback anew."
            fault={faultAt(errors, 'callback.headers')}
            onText={(text) => onChange('headers', text)}
          />
        </>
      )}
      <label class="field">
        <span class="label">Inputs that are not valid</span>
        <select
          name="on_invalid_input"
          value={options['on_invalid_input']}
          onChange={(event) => onChange('on_invalid_input', event.currentTarget.value)}
        >
          <option value="reject">refuse the whole launch</option>
          <option value="skip">leave them out: they end failed</option>
        </select>
      </label>
      <Text
        {...props}
        name="schedule_at"
        title={mode === 'async' ? 'Start later' : 'From'}
        type="datetime-local"
        hint={
          mode === 'async'
            ? 'In your time zone; empty: at once'
            : 'In your time zone; empty: at once. Without a cron expression: the one time at which it fires'
        }
      />
    </fieldset>
  );
}

function Times(props: OptionsProps) {
  const { options, onChange } = props;
  return (
    <>
      <Text {...props} name="cron" title="Cron expression" hint="minute hour day month weekday, such as 0 9 * * 1-5" />
      <Text {...props} name="timezone" title="Time zone" hint="An IANA name, such as Europe/Amsterdam" />
      <CronPreview cron={options['cron'] ?? ''} timezone={options['timezone'] ?? 'UTC'} />
      <label class="field">
        <span class="label">If its last run has not ended</span>
        <select value={options['overlap']} onChange={(event) => onChange('overlap', event.currentTarget.value)}>
          <option value="skip">leave this time out</option>
          <option value="allow">run both</option>
          <option value="cancel_previous">cancel the last one</option>
        </select>
      </label>
    </>
  );
}

/** Where the body has what the form calls by this name. */
function pathOf(name: string): string {
  return name === 'callback' ? 'callback.url' : name;
}

function Text({
  name,
  title,
  hint,
  type = 'text',
  options,
  errors,
  onChange,
}: OptionsProps & {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly type?: 'text' | 'datetime-local';
}) {
  const id = `option-${name}`;
  return (
    <Field id={id} label={title} hint={hint} fault={faultAt(errors, pathOf(name))}>
      {(control) => {
        const common = {
          ...control,
          name,
          autocomplete: 'off',
          value: options[name] ?? '',
          onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
            onChange(name, event.currentTarget.value),
        };
        return type === 'text' ? <input type="text" {...common} /> : <input type="datetime-local" {...common} />;
      }}
    </Field>
  );
}
