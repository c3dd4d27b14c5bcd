import * as z from 'zod';
import { envelopeView, inputView, logLineView } from '../../shared/api/runs/input-view.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import { listInputs } from '../../shared/engine/read/list-inputs.ts';
import { listLogs } from '../../shared/engine/read/list-logs.ts';
import { listOutputs, type OutputPlace, type OutputRow } from '../../shared/engine/read/list-outputs.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import type { ActionRegistry } from '../../shared/sdk/action-registry.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { JSON_TYPE } from '../http/media-type.ts';
import { exportPart } from './export-part.ts';
import { listPage, type PagingPorts } from './list-page.ts';
import { outputFormat } from './output-formats.ts';

type ItemEndpoints = Pick<EndpointsOf<'runs'>, 'listRunInputs' | 'listRunOutputs' | 'listRunLogs'>;

const inputIndex = z.int().min(-1);
const outputPlace = z.strictObject({ input: z.int().min(0), page: z.int().min(0), item: z.int().min(0) });

const logRowPlace = z.strictObject({
  input: z.int().min(0),
  entry: z.string().nullable(),
  line: z.int().min(0),
  bytes: z.int().min(0),
});

const FIRST_OUTPUT: OutputPlace = { input: 0, page: 0, item: 0 };

/**
 * Bounds the time of a call: pages without items and shards without pages cost queries (10 ms each) but give no rows.
 */
const QUERIES_A_PAGE = 40;
const QUERIES_A_PART = 1_000;

/** The inputs, outputs and logs of a run. */
export function createItemEndpoints(
  ports: ReadPorts & PagingPorts & { readonly actions: ActionRegistry },
): ItemEndpoints {
  return {
    listRunInputs: defineEndpoint('listRunInputs', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) => {
        const { control } = call.found;
        const { status: statuses = null, limit } = call.query;
        return listPage(ports, call, {
          place: inputIndex,
          steps: (after) => listInputs(ports, control, { after: after ?? -1, statuses, limit }),
          view: (row) => inputView(control, row),
        });
      },
    }),

    listRunOutputs: defineEndpoint('listRunOutputs', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) => {
        const { control } = call.found;
        if (control.mode === 'LIVE') throw liveHasNone(control);
        const withInputs = call.query.envelope === true;
        const view = ({ pageRecord, stored, result }: OutputRow): unknown =>
          withInputs ? envelopeView(pageRecord, stored, result) : result;
        const steps = (after: OutputPlace | null, queries: number): ReturnType<typeof listOutputs> =>
          listOutputs(ports, control, { from: after ?? FIRST_OUTPUT, withInputs, queries });
        if (call.mediaType === JSON_TYPE) {
          return listPage(ports, call, { place: outputPlace, steps: (after) => steps(after, QUERIES_A_PAGE), view });
        }
        const resultSchema = ports.actions.get(control.actionName)?.resultSchema ?? null;
        const { line, ...format } = outputFormat(call.mediaType, resultSchema, withInputs);
        return exportPart(ports, call, {
          place: outputPlace,
          steps: (after) => steps(after, QUERIES_A_PART),
          format: { ...format, line: (row: OutputRow) => line(view(row)) },
        });
      },
    }),

    listRunLogs: defineEndpoint('listRunLogs', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) => {
        const { control } = call.found;
        const only = call.query.input_index ?? null;
        return listPage(ports, call, {
          place: logRowPlace,
          steps: (from) => listLogs(ports, control, { from, only, queries: QUERIES_A_PAGE }),
          view: logLineView,
        });
      },
    }),
  };
}

function liveHasNone({ uid, status }: { readonly uid: string; readonly status: string }): EngineError {
  const message = `Run ${uid} is a live run: its results were returned by the call and are not stored.`;
  return new EngineError('INVALID_STATE', message, { params: { status } });
}
