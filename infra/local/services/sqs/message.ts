import { createHash } from 'node:crypto';

/** An SQS message attribute as it travels in JSON; binary values are base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A stored message; instants are epoch milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Null: the message belongs to no group. */
  readonly groupId: string | null;
  readonly traceHeader: string | null;
  readonly senderId: string;
  /** Kept when a message moves to a dead-letter queue, as standard queues do. */
  readonly sentAt: number;
  /** ARN of the queue it failed in; null outside a dead-letter queue. */
  readonly deadFrom: string | null;
  receiveCount: number;
  /** Null: never received. */
  firstReceivedAt: number | null;
  /** The message can be received from this instant on. */
  visibleAt: number;
}

/** MD5 of a body, in hex; the SDK compares it with its own. */
export function md5Of(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex');
}

/** MD5 of message attributes (SQS developer guide, "Calculating the MD5 message digest for message attributes"). */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const feed = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    feed(Buffer.from(name));
    feed(Buffer.from(attribute.DataType));
    hash.update(Buffer.from([attribute.BinaryValue === undefined ? 1 : 2]));
    feed(
      attribute.BinaryValue === undefined
        ? Buffer.from(attribute.StringValue ?? '')
        : Buffer.from(attribute.BinaryValue, 'base64'),
    );
  }
  return hash.digest('hex');
}

/** Bytes SQS counts (and bills) for a message: body, attribute names, types and values. */
export function messageBytes(body: string, attributes: Readonly<Record<string, MessageAttribute>>): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes +=
      BinaryValue === undefined ? Buffer.byteLength(StringValue ?? '') : Buffer.byteLength(BinaryValue, 'base64');
  }
  return bytes;
}

/** A receipt stands for one receive of one message; a later receive makes it stale. */
export function receiptOf(message: Message): string {
  return Buffer.from(`${message.id}:${message.receiveCount}`).toString('base64url');
}

/** The message and receive that a receipt stands for; undefined for any other text. */
export function readReceipt(receipt: string): { readonly id: string; readonly receive: number } | undefined {
  const [, id, receive] = /^([0-9a-f-]{36}):(\d+)$/.exec(Buffer.from(receipt, 'base64url').toString()) ?? [];
  return id === undefined ? undefined : { id, receive: Number(receive) };
}
