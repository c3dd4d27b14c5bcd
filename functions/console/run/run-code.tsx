import { useEffect, useState } from 'preact/hooks';
import { Code } from '../design/copy.tsx';
import { Loading } from '../design/loading.tsx';
import { Notice } from '../design/notice.tsx';
import { clientText, curlText } from '../new-run/same-call.ts';
import type { RunPart } from './run-part.ts';

/** Inputs that a call to copy may have before it is no longer one to read. */
const SHOWN = 20;

/** The call that starts such a run, to copy. */
export function RunCode({ run, handle }: RunPart) {
  const [inputs, setInputs] = useState<readonly Readonly<Record<string, unknown>>[] | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    handle
      .inputs({ limit: SHOWN }, { signal: ending.signal })
      .all(SHOWN)
      .then(
        (found) =>
          setInputs(
            found.map(({ input_data: data, custom_data: custom }) =>
              custom === null ? data : { ...data, custom_data: custom },
            ),
          ),
        () => undefined,
      );
    return () => ending.abort();
  }, [handle]);
  if (inputs === null) return <Loading />;
  const isLive = run.execution_mode === 'LIVE';
  const parameters = Object.keys(run.parameters).length === 0 ? {} : { parameters: run.parameters };
  const call = {
    url: location.origin,
    action: run.action_name,
    mode: isLive ? ('live' as const) : ('async' as const),
    body: isLive
      ? { input: inputs[0] ?? {}, ...parameters }
      : {
          inputs,
          ...parameters,
          ...(run.callback === null ? {} : { callback: run.callback }),
          ...(run.name === null ? {} : { name: run.name }),
        },
  };
  return (
    <div class="stack">
      {(run.inputs.total ?? 0) > SHOWN ? <Notice>The first {SHOWN} inputs are shown.</Notice> : null}
      <h3>curl</h3>
      <Code label="curl" text={curlText(call)} />
      <h3>TypeScript, with shared/client</h3>
      <Code label="TypeScript" text={clientText(call)} />
    </div>
  );
}
