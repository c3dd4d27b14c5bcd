import { useState } from 'preact/hooks';
import type { CallbackType, TestedCallback } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { headerLines, headersOf } from '../design/header-lines.ts';
import { HeadersField } from '../design/headers-field.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { faultAt } from '../new-run/faults.ts';
import { spanText } from '../design/time.tsx';
import { useSession } from '../session/session.ts';

const TYPES: readonly CallbackType[] = ['run.page', 'run.input_failed', 'run.finished'];

/** Sends one signed example to a receiver and shows both sides. */
export function TestReceiver() {
  const { client } = useSession();
  const act = useAct();
  const [url, setUrl] = useState('');
  const [type, setType] = useState<CallbackType>('run.page');
  const [headers, setHeaders] = useState('');
  const [tested, setTested] = useState<TestedCallback | null>(null);
  const errors = act.error?.validationErrors ?? [];
  const fault = faultAt(errors, 'url');
  return (
    <section class="card" aria-labelledby="test-receiver">
      <h2 id="test-receiver">Try a receiver</h2>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void act.run(async () => setTested(await client.callbacks.test({ url, type, headers: headersOf(headers) })));
        }}
      >
        <label class="field">
          <span class="label">URL</span>
          <input
            type="url"
            required
            aria-invalid={fault !== null}
            placeholder="https://"
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
          {fault === null ? null : <span class="fault">{fault}</span>}
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
        <HeadersField
          text={headers}
          hint="One a line, if the receiver needs any."
          fault={faultAt(errors, 'headers')}
          onText={setHeaders}
        />
        <p>
          <Button isSubmit isBusy={act.isBusy}>
            Send one example
          </Button>
        </p>
      </form>
      {errors.length === 0 ? <ErrorNotice error={act.error} /> : null}
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
