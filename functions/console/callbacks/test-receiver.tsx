import { useState } from 'preact/hooks';
import type { CallbackType, TestedCallback } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { spanText } from '../design/time.tsx';
import { useSession } from '../session/session.ts';

const TYPES: readonly CallbackType[] = ['run.page', 'run.input_failed', 'run.finished'];

/** Sends one signed example to a receiver and shows both sides. */
export function TestReceiver() {
  const { client } = useSession();
  const act = useAct();
  const [url, setUrl] = useState('');
  const [type, setType] = useState<CallbackType>('run.page');
  const [tested, setTested] = useState<TestedCallback | null>(null);
  return (
    <section class="card" aria-labelledby="test-receiver">
      <h2 id="test-receiver">Try a receiver</h2>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(async () => setTested(await client.callbacks.test({ url, type })));
        }}
      >
        <label class="field">
          <span class="label">URL</span>
          <input
            type="url"
            required
            placeholder="https://"
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span class="label">Type</span>
          <select
            value={type}
            onChange={(event) => setType(TYPES.find((one) => one === event.currentTarget.value) ?? 'run.page')}
          >
            {TYPES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <Button isSubmit isBusy={act.isBusy}>
          Send one example
        </Button>
      </form>
      <ErrorNotice error={act.error} />
      {tested === null ? null : (
        <div class="two">
          <div class="stack">
            <h3>Sent</h3>
            <Code label="Request" text={`${headerLines(tested.request.headers)}\n\n${tested.request.body}`} />
          </div>
          <div class="stack">
            <h3>Answered</h3>
            {tested.error === null ? null : <Notice kind="bad">{tested.error.message}</Notice>}
            {tested.response === null ? null : (
              <>
                <p>
                  <strong>HTTP {tested.response.http_status}</strong> after {spanText(tested.response.duration_ms)}
                </p>
                <Code label="Response" text={`${headerLines(tested.response.headers)}\n\n${tested.response.body}`} />
              </>
            )}
          </div>
        </div>
      )}
    </section>
  );
}

export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
