import { drawInput } from '../draw-input.ts';
import { SeededRandom } from '../random.ts';
import { type GivenInput, LOSSLESS_ID } from '../launch-body.ts';
import type { UploadFile } from './upload-truth.ts';

/** A line and what it stands for. */
interface Row {
  readonly text: string;
  readonly given: GivenInput | null;
}

/** A file of good lines, of good and bad ones, of bad ones, or without any; `name` begins the keys of its inputs. */
export function drawFile(random: SeededRandom, name: string): UploadFile {
  const badShare = random.pick([0, 0, 0, 0, 0.3, 0.3, 0.3, 1]);
  const count = random.happens(0.1) ? 0 : random.pick([1, 1, 2, 3, 5, 8, 12]);
  // With much beside its inputs they take several chunks, each too large for the table.
  const isPadded = random.happens(0.25);
  const rows = Array.from({ length: count }, (_, index): Row => {
    const key = `${name} i${index}`;
    if (random.happens(badShare)) return drawBadRow(random, key, index);
    const custom = isPadded ? { custom_data: { mine: `${key} ${noise(key)}`, id: LOSSLESS_ID } } : {};
    return rowOf({ ...drawInput(random, key), ...custom });
  });
  const lineEnd = random.pick(['\n', '\n', '\r\n']);
  const blanks = (): readonly string[] => (random.happens(0.15) ? [random.pick(['', '  ', '\t'])] : []);
  const texts = rows.flatMap(({ text }) => [...blanks(), text]).concat(blanks());
  const mark = random.happens(0.1) ? '\uFEFF' : '';
  const text = mark + texts.join(lineEnd) + (random.happens(0.6) ? lineEnd : '');
  return { text, lines: rows.map(({ given }) => given) };
}

/** Some 7,500 characters that do not compress. Of a stream of its own: what they are is of no account. */
function noise(key: string): string {
  return Buffer.from(new SeededRandom(0, key).bytes(5_600)).toString('base64');
}

/** A file of so many lines, none of which is an input. */
export function badFile(count: number): UploadFile {
  return fileOf(Array.from({ length: count }, (_, broken) => ({ broken })));
}

export function fileOf(lines: readonly GivenInput[]): UploadFile {
  return { text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''), lines };
}

function drawBadRow(random: SeededRandom, key: string, index: number): Row {
  const noInput = (text: string): Row => ({ text, given: null });
  if (random.happens(0.05)) return noInput(`{"key":"${key.padEnd(40_000, '.')}"}`);
  switch (random.int(0, 4)) {
    case 0:
      return noInput('no json');
    case 1:
      return noInput(`{"key":"${key}","pages":1,`);
    case 2:
      return noInput(random.pick(['[]', '7', '"text"', 'null']));
    case 3:
      return rowOf({ broken: index, custom_data: { mine: key, id: LOSSLESS_ID } });
    default:
      return rowOf({ broken: index });
  }
}

function rowOf(given: GivenInput): Row {
  return { text: JSON.stringify(given), given };
}
