import { termsOfBody } from '../../shared/api/launches/terms.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createUploadObjects, createUploadTickets } from '../../shared/aws/upload-objects.ts';
import { createHeaderSeal } from '../../shared/aws/header-seal.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { sdkOptions } from '../../shared/aws/sdk-options.ts';
import { createUploadStore } from '../../shared/storage/upload-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { consoleLog, systemRandom, systemClock } from '../../shared/process/system.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { instantOf, launchedView } from '../../shared/api/runs/view.ts';
import { DRY_RUN, dryRunView } from '../../shared/api/launches/dry-run.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { type DryRunPorts, dryRunLaunch, dryRunUpload } from '../../shared/engine/launch/dry-run-launch.ts';
import { warnOfDeadline } from '../../shared/engine/launch/deadline-warning.ts';
import { type OpenUploadPorts, openUpload } from '../../shared/engine/launch/open-upload.ts';
import { findAction, type Launch } from '../../shared/engine/launch/check-launch.ts';
import { findLaunched, type LaunchPorts, startRun } from '../../shared/engine/launch/start-run.ts';
import type { UploadLaunchPorts } from '../../shared/engine/launch/find-upload.ts';
import { startUploadRun } from '../../shared/engine/launch/start-upload-run.ts';
import { registerActions } from '../actions/index.ts';
import { createApiPorts } from '../http/api-ports.ts';
import { type ApiPorts, createApiHandler } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { answerOnce, checkIdempotencyKey } from '../http/once-by-key.ts';
import { once } from '../../shared/process/once.ts';
import { createStarterPorts, openCallbackPolicy } from '../wiring/create-ports.ts';

/** The ports that uploads need. */
export type UploadPorts = UploadLaunchPorts['uploads'] & OpenUploadPorts['uploads'];

/** Handles async launches; and uploads, if their ports are given. */
export function createLaunchHandler(
  api: ApiPorts,
  ports: LaunchPorts & DryRunPorts,
  uploads: UploadPorts | null = null,
): ReturnType<typeof createApiHandler> {
  function withUploads() {
    if (uploads === null) throw new Error('This launch function takes no uploads.');
    return { ...ports, uploads };
  }

  return createApiHandler({
    functionName: 'launch',
    ports: api,
    endpoints: {
      runAsync: defineEndpoint('runAsync', {
        find: async ({ params }) => findAction(ports, params.action, 'async'),
        async handle(call) {
          const { found: action, body, caller } = call;
          const { callback } = body;
          const launch: Launch = {
            workspaceUid: caller.workspaceUid,
            actionName: action.name,
            inputs: body.inputs ?? [],
            parameters: body.parameters ?? {},
            callback:
              callback === undefined ? null : { url: callback.url, headers: callback.headers ?? {}, on: callback.on },
            name: body.name ?? null,
            ...termsOfBody(body),
            dependsOn: body.depends_on ?? [],
            scheduleAt: body.schedule_at === undefined ? null : Date.parse(body.schedule_at),
          };
          if (call.query.dry_run === true) {
            checkIdempotencyKey(call);
            const { inputs_upload_uid: upload } = body;
            const report =
              upload === undefined
                ? await dryRunLaunch(ports, launch)
                : await dryRunUpload(withUploads(), launch, upload);
            return { status: DRY_RUN.status, body: dryRunView(report) };
          }
          return answerOnce(api.once, call, {
            async recall(seed) {
              const launched = await findLaunched(ports, runUidOf(seed));
              if (launched === null) return null;
              const warnings = warnOfDeadline(action, launch);
              return { body: launchedView(launched.definition, launched.control, warnings) };
            },
            async run(claim) {
              const newUid = async (): Promise<string> => runUidOf((await claim()).seed);
              const { inputs_upload_uid: uploadUid } = body;
              const { control, definition } =
                uploadUid === undefined
                  ? await startRun(ports, launch, newUid)
                  : await startUploadRun(withUploads(), launch, uploadUid, newUid);
              return { body: launchedView(definition, control, warnOfDeadline(action, launch)) };
            },
          });
        },
      }),
      createUpload: defineEndpoint('createUpload', {
        async handle({ caller, body }) {
          const plan = { contentLength: body.content_length ?? null, encoding: body.content_encoding ?? null };
          const { uid, url, headers, expiresAt } = await openUpload(withUploads(), caller.workspaceUid, plan);
          const upload = { uid, url, headers, max_bytes: LIMITS.uploadBytes, expires_at: instantOf(expiresAt) };
          return { body: { ...upload, method: 'PUT' } };
        },
      }),
    },
  });
}

const wired = once(() => {
  const env = parseEnv('launch', process.env);
  const machine = { clock: systemClock, random: systemRandom, log: consoleLog };
  const keyring = createKeyringReader(new SecretsManagerClient(sdkOptions()), env.masterSecretArn, machine);
  const dynamodb = new DynamoDBClient(sdkOptions());
  const table = new Table(dynamodb, env.table, systemClock);
  const ports: LaunchPorts & DryRunPorts = {
    ...createStarterPorts(env, machine, { table, sqs: new SQSClient(sdkOptions()) }),
    actions: registerActions(env.settings.extraActions),
    secrets: createHeaderSeal(keyring),
    callbackPolicy: openCallbackPolicy(table, env.settings, machine),
  };
  const uploads: UploadPorts = {
    ...createUploadStore(table, () => systemClock.now()),
    ...createUploadObjects(dynamodb.config, env.bucket, process.env),
    ...createUploadTickets(dynamodb.config, env.bucket, process.env),
  };
  return createLaunchHandler(createApiPorts(machine, table, env), ports, uploads);
});

export const handler: ReturnType<typeof createApiHandler> = (event, context) => wired()(event, context);
