/** The sizes and counts that the API documents. Bytes are UTF-8 bytes of the JSON text. */
export const LIMITS = {
  bodyBytes: 4_500_000,
  /**
   * Lambda's limit of an event, which carries the body as an escaped string. API Gateway refuses larger ones itself.
   */
  eventBytes: 6_291_456,
  inputsPerLaunch: 100_000,
  inputsPerUpload: 1_000_000,
  uploadBytes: 500_000_000,
  inputBytes: 32 * 1024,
  customDataBytes: 8 * 1024,
  parametersBytes: 32 * 1024,
  jsonDepth: 32,
  resultItemBytes: 128 * 1024,
  pageBytes: 1024 * 1024,
  pagesPerInput: 16_384,
  /** An action's next cursor. Ten messages with such a cursor fit into one SQS request of 256 KB. */
  cursorBytes: 24_000,
  /**
   * A live call's cursor. API Gateway allows 10,240 bytes of URL and headers; in the URL a cursor is a third longer.
   */
  liveCursorBytes: 6_000,
  answerBytes: 4 * 1024 * 1024,
  callbackBytes: 256 * 1024,
  /** A receiver's answer to a callback is stored up to this length. */
  callbackResponseBytes: 2 * 1024,
  /** In the list of a callback's attempts each has its answer up to this length, because all are in one item. */
  attemptResponseBytes: 512,
} as const;

/** The message for a launch with too many inputs, with what to do instead. */
export function inputsOverLimit(count: number): string {
  const { inputsPerLaunch, inputsPerUpload } = LIMITS;
  return `has ${count} inputs, over the limit of ${inputsPerLaunch}; upload up to ${inputsPerUpload} inputs as a file (POST /v1/uploads), or start several runs`;
}
