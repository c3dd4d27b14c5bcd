import { USAGE_WORK_MS } from '../../domain/timing.ts';
import type { UsageMessage } from '../messages.ts';
import type { CorePorts } from '../ports.ts';
import { rollUpUsage } from './roll-up-usage.ts';
import type { UsagePorts } from './usage-ports.ts';

/** Sums a workspace's usage; what does not fit into one invocation goes on in a further message. */
export async function sumUsage(
  ports: UsagePorts & Pick<CorePorts, 'runs' | 'messages' | 'settings'>,
  message: UsageMessage,
): Promise<void> {
  const { workspaceUid } = message;
  const isDone = await rollUpUsage(ports, workspaceUid, ports.clock.now() + USAGE_WORK_MS);
  if (!isDone) await ports.messages.send(message, { workspaceUid });
}
