import type * as z from 'zod';
import { exampleCallback } from '../../../shared/api/callbacks/example-callback.ts';
import type { testedCallback } from '../../../shared/api/callbacks/schemas.ts';
import { errorView } from '../../../shared/api/runs/view.ts';
import { runUidOf } from '../../../shared/domain/ids.ts';
import { testCallback, type TestedCallback, type TestPorts } from '../../../shared/engine/callbacks/test-callback.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

const RUN_BYTES = 10;
/** What stands for the value of a header that the caller gave: it may be a secret. */
const HIDDEN = '[hidden]';

/** Sends a test callback. */
export function createTestEndpoint(ports: TestPorts): Pick<EndpointsOf<'workspace'>, 'testCallback'> {
  return {
    testCallback: defineEndpoint('testCallback', {
      async handle({ caller: { workspaceUid }, body: { url, headers = {}, type } }) {
        const example = exampleCallback(type, runUidOf(ports.random.bytes(RUN_BYTES)), ports.clock.now());
        const tested = await testCallback(ports, { workspaceUid, url, headers, ...example });
        return { body: testedView(tested, example.body, headers) };
      },
    }),
  };
}

/** A test callback as the API shows it. `own`: the headers that the caller gave. */
function testedView(
  { headers, answer, durationMs, error }: TestedCallback,
  body: string,
  own: Readonly<Record<string, string>>,
): z.output<typeof testedCallback> {
  const shown = Object.entries(headers).map(([name, value]) => [name, Object.hasOwn(own, name) ? HIDDEN : value]);
  const response =
    answer.kind === 'failed'
      ? null
      : { http_status: answer.status, headers: { ...answer.headers }, body: answer.body, duration_ms: durationMs };
  return {
    request: { headers: Object.fromEntries(shown), body },
    response,
    error: error === null ? null : errorView(error),
  };
}
