import type { ApiRequest } from '../api-call.ts';
import { launchOf } from '../callers.ts';
import type { Deployment } from '../deployment.ts';
import type { Stage } from '../instance.ts';
import { after, ask, sendUntilTold } from '../persistent-caller.ts';
import type { Launched, Truth } from '../truth.ts';
import type { UploadLaunchPlan, UploadPlan } from './upload-workload.ts';
import type { UploadLaunchTruth, UploadTruth } from './upload-truth.ts';

export interface OpenUploadHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly truth: Truth;
}

/** Where an upload is to be put, as its caller was told. */
interface Ticket {
  readonly uid: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A caller that asks again because it was told nothing waits this long. */
const AGAIN_MS = 10_000;
/** One that no workspace has. */
const MISSING_UID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
const OTHER_FILE = Buffer.from('{"broken":-1}\n');

/** Does with one upload what its plan says, and keeps what came of it. */
export async function liveUpload(history: OpenUploadHistory, plan: UploadPlan): Promise<void> {
  const { stage, truth } = history;
  const upload: UploadTruth = {
    workspace: plan.workspace,
    file: plan.file,
    uid: null,
    putAt: null,
    puts: [],
    openedAt: stage.timeline.now(),
    otherPuts: [],
    launches: [],
    strangers: [],
  };
  truth.uploads.push(upload);
  const ticket = await open(history, plan.workspace);
  upload.uid = ticket.uid;
  upload.openedAt = stage.timeline.now();
  await Promise.all([
    putAll(history, plan, upload, ticket),
    ...plan.launches.map((launched) =>
      after(stage, launched.after).then(() => launch(history, upload, ticket, launched)),
    ),
    ...(plan.strangerAfter === null
      ? []
      : [after(stage, plan.strangerAfter).then(() => askAsStranger(history, upload, ticket.uid))]),
  ]);
}

/** Asks until it is told; each time it may be another upload. */
async function open({ stage, deployment }: OpenUploadHistory, workspace: number): Promise<Ticket> {
  const request: ApiRequest = { function: 'launch', workspace, path: '/v1/uploads', body: {} };
  for (;;) {
    const { status, body } = await ask(stage, deployment, request);
    if (status === 201) return body as unknown as Ticket; // cast: the contract's own tests hold its shape
    await after(stage, AGAIN_MS);
  }
}

async function putAll(
  { stage, deployment }: OpenUploadHistory,
  { file, putAfter, otherAfter }: UploadPlan,
  upload: UploadTruth,
  { url, headers }: Ticket,
): Promise<void> {
  if (putAfter === null) return;
  const put = async (bytes: Uint8Array, onDone: (status: number) => void): Promise<void> => {
    const { adversary, trace } = stage;
    for (let isTold = false; !isTold;) {
      await after(stage, adversary.latency());
      if (!adversary.strikes('failed')) {
        const status = deployment.bucket.put(url, headers, bytes, stage.timeline.now());
        trace.add(`the bucket says ${status} to a PUT of ${bytes.length} bytes to ${url}`);
        stage.coverage.hit(`upload:put ${status}`);
        upload.puts.push({ status, at: stage.timeline.now() });
        onDone(status);
        isTold = !adversary.strikes('applied_but_failed');
      }
      if (!isTold) await after(stage, AGAIN_MS / 10);
    }
  };
  await after(stage, putAfter);
  await put(Buffer.from(file.text), (status) => {
    if (status === 200) upload.putAt ??= stage.timeline.now();
  });
  if (otherAfter === null) return;
  await after(stage, otherAfter);
  await put(OTHER_FILE, (status) => void upload.otherPuts.push(status));
}

async function launch(
  { stage, deployment, truth }: OpenUploadHistory,
  upload: UploadTruth,
  { uid }: Ticket,
  plan: UploadLaunchPlan,
): Promise<void> {
  const { workspace } = upload;
  const now = stage.timeline.now();
  const scheduleAt = plan.startsAfter === null ? null : Math.round(now + plan.startsAfter);
  const later = scheduleAt === null ? {} : { schedule_at: new Date(scheduleAt).toISOString() };
  const before = truth.launches.find(({ body: { name } }) => name === plan.dependsOn);
  const dependsOn = before?.answer?.runUid ?? null;
  const waits = dependsOn === null ? {} : { depends_on: [{ uid: dependsOn, require: 'finish' as const }] };
  const body = { ...plan.body, inputs_upload_uid: uid, ...later, ...waits };
  const launched: Launched = { workspace, body, mayBeRefused: true, answer: null };
  truth.launches.push(launched);
  const { name, on_invalid_input: onInvalidInput = 'reject' } = body;
  const hasKey = plan.again !== null;
  const told: UploadLaunchTruth = { name, onInvalidInput, hasKey, scheduleAt, dependsOn, answers: [] };
  upload.launches.push(told);
  const headers = hasKey ? { headers: { 'idempotency-key': `key of ${name}` } } : {};
  const send = async (): Promise<void> => {
    const sentAt = stage.timeline.now();
    const answer = await ask(stage, deployment, { ...launchOf(workspace, body), ...headers });
    told.answers.push({ ...answer, sentAt });
    stage.coverage.hit(`upload:launch ${answer.status ?? 'nothing'} ${statusOf(answer.body)}`.trimEnd());
    const runUid = answer.body['run_uid'];
    if (answer.status !== 202 || typeof runUid !== 'string') return;
    launched.answer = { status: answer.status, runUid, label: null };
  };
  await Promise.all([
    sendUntilTold(stage, told.answers, hasKey, send),
    ...(plan.again ?? []).map((ms) => after(stage, ms).then(send)),
  ]);
}

/** Which of its states an INVALID_STATE speaks of. */
export function statusOf(body: Readonly<Record<string, unknown>>): string {
  const params = body['params'] as { readonly status?: unknown } | undefined; // cast: of our own error shape
  return typeof params?.status === 'string' ? params.status : '';
}

/** Has another workspace launch it, and one that there is not. */
async function askAsStranger(
  { stage, deployment }: OpenUploadHistory,
  { workspace, strangers }: UploadTruth,
  uid: string,
): Promise<void> {
  const launchWith = (uploadUid: string) =>
    ask(stage, deployment, launchOf(workspace + 1, { name: 'of a stranger', inputs_upload_uid: uploadUid }));
  const answer = await launchWith(uid);
  const missing = await launchWith(MISSING_UID);
  strangers.push({ answer, missing, missingUid: MISSING_UID });
  stage.coverage.hit(`upload:stranger ${answer.status ?? 'nothing'}`);
}
