/** Every size and count the contract states, in one place. Bytes are UTF-8 bytes of the JSON text. */
export const LIMITS = {
  bodyBytes: 4_500_000,
  /** The event that carries a body to its function as a string, escaped; Lambda's own, and API Gateway answers over it. */
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
  /** Of an action's next cursor: ten messages that carry one are sent to a queue in one request of 256 KB. */
  cursorBytes: 24_000,
  /** The gateway takes 10,240 bytes of URL and headers; in the URL a cursor is a third longer. */
  liveCursorBytes: 6_000,
  answerBytes: 4 * 1024 * 1024,
  callbackBytes: 256 * 1024,
  /** A callback's answer is kept up to this length. */
  callbackResponseBytes: 2 * 1024,
} as const;

/** What is said of a launch with too many inputs, and the way round. */
export function inputsOverLimit(count: number): string {
  const { inputsPerLaunch, inputsPerUpload } = LIMITS;
  return `has ${count} inputs, over the limit of ${inputsPerLaunch}; upload up to ${inputsPerUpload} inputs as a file (POST /v1/uploads), or start several runs`;
}
