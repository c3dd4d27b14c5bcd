import { KEPT_NAMES } from '../domain/callback-headers.ts';
import { anyCase, headerPattern } from '../domain/header-pattern.ts';
import { MACROS } from '../domain/cron/cron-expression.ts';

/*
 * What the code checks by hand, as far as a regular expression says it, for the document. They are written for every
 * engine that reads them (no flags, no named groups), and refuse nothing that the API takes, unless it says so.
 */

/** A text of one line. Written without \p, which Python does not know. */
// oxlint-disable-next-line eslint/no-control-regex -- these are what is refused
export const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** The same with a character that is not white space. */
// oxlint-disable-next-line eslint/no-control-regex -- as above
export const VISIBLE_LINE = /^[^\u0000-\u001f\u007f-\u009f]*[!-~\u00a1-\uffff][^\u0000-\u001f\u007f-\u009f]*$/;

const field = (values: string): string => `[${values}*,/-]+`;
const [numbers, names] = [field('0-9'), field('0-9A-Za-z')];
const fields = [numbers, numbers, numbers, names, names].join('[ \\t]+');
const macros = [...MACROS.keys()].map((macro) => anyCase(macro)).join('|');

/** A cron expression: its fields and macros. Ranges and dates that never come are left to the API. */
export const CRON_PATTERN = `^[ \\t]*(?:${macros}|${fields})[ \\t]*$`;

/** A name of the tz database. Whether there is such a zone is left to the API. */
export const TIME_ZONE_PATTERN = '^(?:UTC|GMT|[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z0-9_+-]*)+)$';

/** An Idempotency-Key. HTTP takes blanks from the ends of a header's value, so none are sent there. */
export const IDEMPOTENCY_KEY_PATTERN = '^[!-~](?:[ -~]{0,253}[!-~])?$';

/** The preference as we read it; others are ignored (RFC 7240 §2), and so is its case. */
export const PREFER_WAIT_PATTERN = '^wait=(?:[1-9]|1[0-9]|2[0-5])$';

/** The URL of a callback, without user and password. Plain http is for a local stage, which takes its own machine. */
export const CALLBACK_URL_PATTERN =
  '^(?:[Hh][Tt][Tt][Pp][Ss]://[^/?#@\\s]+|http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::[0-9]+)?)(?:[/?#]\\S*)?$';

/** A header of callbacks that is not the sender's own. */
export const CALLBACK_HEADER_PATTERN = headerPattern(KEPT_NAMES);

/** A cursor of a list or of a live call. */
export const CURSOR_PATTERN = '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_.-]+$';
