import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { decodeText } from './decode-text.ts';

/**
 * The JSON of an answer; null for one without a body, which is no list's first page unless its status says so (204).
 * Permanent where it is no JSON.
 */
export function parseAnswer(
  bytes: Buffer,
  response: Response,
  page: { readonly what: string; readonly isFirst: boolean },
): unknown {
  const decoded = decodeText(bytes, response.headers.get('content-type'));
  if ('message' in decoded) throw new Permanent(`${page.what} gave an answer that ${decoded.message}`);
  if (decoded.text.trim() === '') {
    if (response.status === 204 || !page.isFirst) return null;
    throw new Permanent(`${page.what} gave no JSON: its body is empty`);
  }
  try {
    return JSON.parse(decoded.text);
  } catch (cause) {
    throw new Permanent(`${page.what} gave no JSON`, { cause });
  }
}
