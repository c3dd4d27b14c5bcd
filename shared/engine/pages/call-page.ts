import { PAGE_TURN_MS } from '../../domain/timing.ts';
import { EngineError } from '../../domain/errors.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { RunControl } from '../../domain/run.ts';
import type { Action } from '../../sdk/action.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { takePage } from '../quotas.ts';
import { settleAll } from '../settle-all.ts';
import { CUT } from '../share.ts';
import type { PageLog } from './page-log.ts';
import type { PageInHand } from './postpone-page.ts';
import { type ActionResult, runAction } from './run-action.ts';
import { takeTurn, type TurnGiven } from './take-turn.ts';

/** A page whose message is received more often spends an attempt without running, so that a crash loop ends. */
const RECEIVES_TRUSTED = 3;

/** The ports of calling an action for a page. */
export type CallPorts = CorePorts & Pick<Ports, 'actions' | 'actionServices'>;

/** What the action is called with besides the page. */
interface Call {
  readonly input: StoredInput;
  readonly cut: AbortSignal;
  readonly log: PageLog;
}

/** How a call ended, or until when it waits for its turn. */
export type CallResult = ActionResult | Exclude<TurnGiven, { kind: 'now' }> | HeldByQuota;

/** The page may not start before `until`, by the quota pages_per_day of so many pages. */
interface HeldByQuota {
  readonly kind: 'held';
  readonly until: number;
  readonly quota: number;
}

/** Calls the action for a page, if it is the page's turn. The run becomes RUNNING when its first page starts. */
export async function callPage(ports: CallPorts, page: PageInHand, call: Call): Promise<CallResult | typeof CUT> {
  const { message, receipt, control, definition } = page;
  const { input, fault } = call.input;
  if (fault !== undefined) return lineRefused(fault);
  const action = ports.actions.get(definition.actionName);
  if (action !== null && receipt.count <= RECEIVES_TRUSTED) {
    const { workspaceUid } = definition;
    const reserved = message.reserved ?? false;
    const asked = { action, workspaceUid, input, reserved, patienceMs: PAGE_TURN_MS, queues: true };
    const turn = await takeTurn(ports, asked);
    if (turn.kind !== 'now') return turn;
    // A page counts once against its workspace's quota, however often it is tried.
    const isCounted = message.attempt > 0 || message.counted === true;
    const reached = isCounted ? null : await takePage(ports, workspaceUid);
    if (reached !== null) return { kind: 'held', until: reached.resetsAt, quota: reached.limit };
  }
  const begun = control.status === 'QUEUED' ? beginRun(ports, control) : null;
  const [result] = await settleAll([callAction(ports, action, page, call), begun]);
  return result;
}

/** A line of an upload that cannot be an input: the action never sees it. */
function lineRefused(fault: string): Extract<ActionResult, { kind: 'permanent' }> {
  return { kind: 'permanent', error: new EngineError('BAD_INPUT', fault), refused: true };
}

async function beginRun(ports: CallPorts, control: RunControl): Promise<void> {
  const now = ports.clock.now();
  const startedAt = control.startedAt ?? now;
  await ports.runs.moveRun(control.uid, 'begin', control.epoch, { now, reason: null, startedAt });
}

/** The call itself. The run's move to RUNNING is written at the same time. */
async function callAction(
  ports: CallPorts,
  action: Action | null,
  { message, receipt, definition }: PageInHand,
  { input, cut, log }: Call,
): Promise<ActionResult | typeof CUT> {
  if (receipt.count > RECEIVES_TRUSTED) {
    const text = `The page was started ${receipt.count - 1} times and never finished.`;
    return { kind: 'retryable', error: new EngineError('UPSTREAM_TIMEOUT', text), retryAt: null };
  }
  if (action === null) {
    const text = `The action ${definition.actionName} is no longer available.`;
    return { kind: 'permanent', error: new EngineError('ACTION_NOT_FOUND', text), refused: true };
  }
  const result = await runAction(ports, {
    action,
    runUid: message.runUid,
    workspaceUid: definition.workspaceUid,
    inputIndex: message.input,
    input: input.input,
    parameters: definition.parameters,
    // For a live call's page, cursor and number are in the run's definition, not in the message.
    ...(definition.livePage === null
      ? { cursor: message.cursor, page: message.page }
      : { cursor: definition.livePage.cursor, page: definition.livePage.number }),
    timeoutMs: ports.settings.pageTimeoutMs,
    cut,
    log,
  });
  return cut.aborted && result.kind === 'retryable' ? CUT : result;
}
