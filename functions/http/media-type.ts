import { EngineError } from '../../shared/domain/errors.ts';
import { shorten } from '../../shared/domain/shorten.ts';

export const JSON_TYPE = 'application/json';

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

/**
 * Chooses one of the offered media types by the caller's Accept: the highest q, then the range named first, then the
 * order of the offer (RFC 9110 §12.5.1). No header accepts anything. Throws NOT_ACCEPTABLE if none is acceptable.
 */
export function chooseMediaType(accept: string | undefined, offered: readonly string[]): string {
  const [first = JSON_TYPE] = offered;
  if (accept === undefined || accept.trim() === '') return first;
  const ranges = accept.split(',').map(readRange);
  let best: { readonly type: string; readonly quality: number; readonly place: number } | null = null;
  for (const type of offered) {
    const place = placeOfClosest(ranges, type);
    const quality = ranges[place]?.quality ?? 0;
    if (quality === 0) continue;
    const isBetter = best === null || quality > best.quality || (quality === best.quality && place < best.place);
    if (isBetter) best = { type, quality, place };
  }
  if (best !== null) return best.type;
  throw new EngineError('NOT_ACCEPTABLE', `Accept is ${shorten(accept)}; available: ${offered.join(', ')}.`);
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.toLowerCase().replaceAll(/\s/g, '').split(';');
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, quality: quality > 0 ? quality : 0 };
}

/** Index of the most specific range that matches the type, whose q counts; -1 if none does. */
function placeOfClosest(ranges: readonly MediaRange[], type: string): number {
  const [family = ''] = type.split('/');
  for (const wanted of [type, `${family}/*`, '*/*']) {
    const place = ranges.findIndex((range) => range.type === wanted);
    if (place >= 0) return place;
  }
  return -1;
}
