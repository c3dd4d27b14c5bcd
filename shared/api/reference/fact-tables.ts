import { ERROR_CATALOGUE, ERROR_LABELS } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import { STATUS_REASONS } from '../../domain/run-status.ts';
import { RATE_TYPES, type RateLimit, type RateType } from '../../domain/token-bucket.ts';
import { describeScopes } from '../document/errors.ts';
import { count } from './describe-type.ts';

// Tables of Markdown that people read here and in README.md, made from what the code goes by.

export function drawErrors(): string {
  const rows = ERROR_LABELS.map((label) => {
    const { status, retryable, description } = ERROR_CATALOGUE[label];
    return `| ${status} | \`${label}\` | ${describeScopes(label)} | ${retryable ? 'yes' : 'no'} | ${description} |`;
  });
  return ['| status | `error_label` | `error_scope` | retryable | meaning |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

export function drawReasons(): string {
  const rows = Object.entries(STATUS_REASONS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| `code` | meaning |', '|---|---|', ...rows].join('\n');
}

export function drawRates(limits: Readonly<Record<RateType, RateLimit>>): string {
  const counted: Readonly<Record<RateType, string>> = {
    live: '`POST …/run/live`',
    launch: 'calls that start, repeat or change something, such as a launch, an upload, `cancel` or `pause`',
    read: 'all others',
    wait: 'seconds for which calls with `?wait` wait: as many callers may wait at once as come back per second',
  };
  const rows = RATE_TYPES.map(
    (type) => `| ${type} | ${counted[type]} | ${limits[type].perSecond} | ${limits[type].burst} |`,
  );
  return ['| kind | counts | per second | burst |', '|---|---|---|---|', ...rows].join('\n');
}

export function drawLimits(): string {
  const kilobytes = (bytes: number): string => `${bytes / 1024} KB`;
  const megabytes = (bytes: number): string => `${bytes / 1024 ** 2} MB`;
  const rows: Readonly<Record<keyof typeof LIMITS, readonly [string, string]>> = {
    bodyBytes: ['body of a request', `${count(LIMITS.bodyBytes)} bytes`],
    eventBytes: [
      'the event that carries it, in which it is a string: `"`, `\\` and line breaks count twice',
      `${count(LIMITS.eventBytes)} bytes`,
    ],
    inputsPerLaunch: ['inputs of one launch, in its body', count(LIMITS.inputsPerLaunch)],
    inputsPerUpload: ['inputs of one launch, by upload', count(LIMITS.inputsPerUpload)],
    uploadBytes: ['an upload', `${count(LIMITS.uploadBytes)} bytes`],
    inputBytes: ['one input with its `custom_data`', kilobytes(LIMITS.inputBytes)],
    customDataBytes: ['`custom_data`', kilobytes(LIMITS.customDataBytes)],
    parametersBytes: ['`parameters`', kilobytes(LIMITS.parametersBytes)],
    jsonDepth: ['depth of JSON', count(LIMITS.jsonDepth)],
    resultItemBytes: ['one result', kilobytes(LIMITS.resultItemBytes)],
    pageBytes: ['one page of results', megabytes(LIMITS.pageBytes)],
    pagesPerInput: ['pages of one input', count(LIMITS.pagesPerInput)],
    cursorBytes: ["an action's next cursor", `${count(LIMITS.cursorBytes)} bytes`],
    liveCursorBytes: ["an action's next cursor, in a live call", `${count(LIMITS.liveCursorBytes)} bytes`],
    answerBytes: ['one answer; a list ends early and gives `X-Pagination-Next`', megabytes(LIMITS.answerBytes)],
    callbackBytes: ['one callback; a larger page is split into parts', kilobytes(LIMITS.callbackBytes)],
    callbackResponseBytes: ["what is kept of a receiver's answer", kilobytes(LIMITS.callbackResponseBytes)],
    attemptResponseBytes: ['the same, of each attempt in their list', `${LIMITS.attemptResponseBytes} bytes`],
  };
  return [
    '| what | at most |',
    '|---|---|',
    ...Object.values(rows).map(([what, most]) => `| ${what} | ${most} |`),
  ].join('\n');
}
