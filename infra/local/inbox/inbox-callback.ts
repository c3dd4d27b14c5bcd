/** A received callback. One that comes again only raises `times`. */
export interface InboxCallback {
  readonly webhookId: string;
  /** Epoch milliseconds of its first arrival. */
  readonly at: number;
  readonly times: number;
  /** The body, parsed; its text when it is not JSON. */
  readonly body: unknown;
  /** Why the signature is wrong; null: it is right. */
  readonly fault: string | null;
}
