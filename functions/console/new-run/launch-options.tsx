import type { ActionMode, ValidationError } from '../../../shared/client/trireme.ts';
import { CronPreview } from '../schedules/cron-preview.tsx';
import { faultOf } from './faults.ts';

interface OptionsProps {
  readonly mode: ActionMode;
  readonly options: Readonly<Record<string, string>>;
  readonly errors: readonly ValidationError[];
  readonly onChange: (name: string, text: string) => void;
}

/** What a launch says besides its inputs. */
export function LaunchOptions(props: OptionsProps) {
  const { mode, options, onChange } = props;
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
        <label class="field">
          <span class="label">Send</span>
          <select value={options['on']} onChange={(event) => onChange('on', event.currentTarget.value)}>
            <option value="all">every page, and the end</option>
            <option value="final">the end only</option>
          </select>
        </label>
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
      {mode === 'async' ? (
        <Text
          {...props}
          name="schedule_at"
          title="Start later"
          type="datetime-local"
          hint="In your time zone; empty: at once"
        />
      ) : null}
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
  const path = name === 'callback' ? 'callback.url' : name;
  const found = errors.filter((error) => error.path === path || error.path.startsWith(`${path}[`));
  const fault = found.length === 0 ? faultOf(errors, 'options', name) : found.map(({ message }) => message).join(' ');
  const common = {
    name,
    autocomplete: 'off',
    'aria-invalid': fault !== null,
    value: options[name] ?? '',
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange(name, event.currentTarget.value),
  };
  return (
    <label class="field">
      <span class="label">{title}</span>
      {type === 'text' ? <input type="text" {...common} /> : <input type="datetime-local" {...common} />}
      <span class={fault === null ? 'hint' : 'fault'}>{fault ?? hint}</span>
    </label>
  );
}
