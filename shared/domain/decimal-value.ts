/** A decimal number written one way only: two texts of the same value give the same, such as `1e400` and `10.0E+399`. */
export function decimalValue(text: string): string {
  const sign = text.startsWith('-') ? '-' : '';
  const [mantissa = '', exponent = '0'] = text.slice(sign.length).toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const first = firstNonZero(digits);
  if (first === digits.length) return '0';
  const end = lastNonZero(digits) + 1;
  // BigInt: an exponent may have any number of digits; longer than these none is near another number's.
  const scale =
    exponent.length > 20 ? exponent : BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - end);
  return `${sign}${digits.slice(first, end)}e${scale}`;
}

// Loops, not patterns: a pattern for the zeros at an end tries every zero before it as a beginning.
function firstNonZero(digits: string): number {
  let at = 0;
  while (at < digits.length && digits[at] === '0') at += 1;
  return at;
}

function lastNonZero(digits: string): number {
  let at = digits.length - 1;
  while (at >= 0 && digits[at] === '0') at -= 1;
  return at;
}
