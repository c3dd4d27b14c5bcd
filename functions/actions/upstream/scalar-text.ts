import { isLosslessNumber } from '../../../shared/domain/lossless-json.ts';

/** A string unchanged, a number as the text that the upstream wrote; null for anything else. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (isLosslessNumber(value)) return value.rawJSON;
  return typeof value === 'number' ? String(value) : null;
}
