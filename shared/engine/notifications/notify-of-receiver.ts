import type { NotificationType } from '../../domain/notification.ts';
import { hostUrl, type Receiver, receiverUrl } from '../../domain/receiver.ts';
import type { DeliveryTarget } from '../callbacks/delivery.ts';
import { notify, type NotifyPorts } from './notify.ts';

/** Notifies the workspace that a receiver, or a host of receivers, is away or back. Idempotent for one absence. */
export async function notifyOfReceiver(
  ports: NotifyPorts,
  { workspaceUid, callback }: DeliveryTarget,
  seen: {
    readonly type: Extract<NotificationType, `receiver.${string}`>;
    readonly kind: 'receiver' | 'host';
    readonly receiver: Receiver;
    /** Epoch ms. */
    readonly awaySince: number;
  },
): Promise<void> {
  const { type, kind, receiver, awaySince } = seen;
  const isHost = kind === 'host';
  const url = isHost ? hostUrl(callback.url) : receiverUrl(callback.url);
  const event = { type, at: ports.clock.now(), receiver: { url, isHost, awaySince } };
  await notify(ports, { workspaceUid, name: `${kind} ${url} ${receiver.failingSince ?? awaySince}`, event });
}
