/** A callback as it came in; one that came again only raises `times`. */
export interface InboxCallback {
  readonly webhookId: string;
  /** Epoch milliseconds of its first arrival. */
  readonly at: number;
  readonly times: number;
  /** The body, parsed; its text when it is not JSON. */
  readonly body: unknown;
  /** Null: the signature is right. Else why it is not. */
  readonly fault: string | null;
}
