import { useState } from 'preact/hooks';
import { Button } from '../design/button.tsx';
import { Logo } from '../design/icons.tsx';
import { Notice } from '../design/notice.tsx';

/** The first screen of a tab without a key. */
export function KeyEntry({
  reason,
  isChecking,
  onKey,
}: {
  readonly reason: string | null;
  readonly isChecking: boolean;
  readonly onKey: (key: string) => void;
}) {
  const [key, setKey] = useState('');
  return (
    <main class="key-entry">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() !== '') onKey(key.trim());
        }}
      >
        <h1>
          <Logo /> Trireme
        </h1>
        <p class="muted">
          Runs, schedules and callbacks of your workspace at <code>{location.host}</code>.
        </p>
        {reason === null ? null : <Notice kind="bad">{reason}</Notice>}
        <label class="field">
          <span class="label">API key</span>
          <input
            type="password"
            name="api-key"
            class="mono"
            placeholder="trk_…"
            autocomplete="off"
            spellcheck={false}
            autofocus
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
          <span class="hint">It stays in this tab and goes nowhere but to this address.</span>
        </label>
        <Button kind="primary" isSubmit isBusy={isChecking}>
          Open the console
        </Button>
        <p class="hint">
          No key yet? The owner of the stage makes one: <code>npm run trireme -- owner keys create</code>
        </p>
      </form>
    </main>
  );
}
