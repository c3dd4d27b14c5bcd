/** Exact decimals of up to 38 digits, on canonical strings such as `-12.5`. */

const MAX_DIGITS = 38;
const MAX_EXPONENT = 125;
const MIN_EXPONENT = -130;

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const [left, right] = alignDecimals(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum. Throws a RangeError, with DynamoDB's message, where it is out of bounds. */
export function addDecimals(a: string, b: string): string {
  const [left, right, scale] = alignDecimals(a, b);
  return formatDecimal(left + right, scale);
}

export function negateDecimal(value: string): string {
  if (value === '0') return value;
  return value.startsWith('-') ? value.slice(1) : `-${value}`;
}

/** Count of significant digits: leading and trailing zeros trimmed; 0 for zero. */
export function significantDigits(value: string): number {
  return digitsOf(value).digits.length;
}

/** A string whose code-unit order is the numeric order. */
export function orderedDecimal(value: string): string {
  const { negative, digits, exponent } = digitsOf(value);
  if (digits === '') return '1';
  if (!negative) return `2${String(exponent + 500)}${digits}`;
  const complement = Array.from(digits, (digit) => String(9 - Number(digit))).join('');
  return `0${String(499 - exponent)}${complement}:`; // ':' sorts after every digit: the longer negative is the smaller
}

/** value = ±0.digits × 10^exponent */
function digitsOf(value: string): { negative: boolean; digits: string; exponent: number } {
  const negative = value.startsWith('-');
  const plain = negative ? value.slice(1) : value;
  const point = plain.indexOf('.');
  const whole = point < 0 ? plain : plain.slice(0, point);
  const all = point < 0 ? plain : whole + plain.slice(point + 1);
  const leading = all.search(/[1-9]/);
  if (leading < 0) return { negative: false, digits: '', exponent: 0 };
  let end = all.length;
  while (all[end - 1] === '0') end -= 1;
  return { negative, digits: all.slice(leading, end), exponent: whole.length - leading };
}

function alignDecimals(a: string, b: string): [bigint, bigint, number] {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return [unscaled(a, scale), unscaled(b, scale), scale];
}

function scaleOf(value: string): number {
  const point = value.indexOf('.');
  return point < 0 ? 0 : value.length - point - 1;
}

function unscaled(value: string, scale: number): bigint {
  return BigInt(value.replace('.', '') + '0'.repeat(scale - scaleOf(value)));
}

function formatDecimal(unscaledValue: bigint, scale: number): string {
  const negative = unscaledValue < 0n;
  const text = (negative ? -unscaledValue : unscaledValue).toString().padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : text.slice(-scale).replace(/0+$/, '');
  const whole = scale === 0 ? text : text.slice(0, -scale);
  const value = (negative ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`);
  const { digits, exponent } = digitsOf(value);
  if (digits.length > MAX_DIGITS)
    throw new RangeError('Attempting to store more than 38 significant digits in a Number');
  if (digits !== '' && exponent - 1 > MAX_EXPONENT)
    throw new RangeError('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (digits !== '' && exponent - 1 < MIN_EXPONENT)
    throw new RangeError('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  return value;
}
