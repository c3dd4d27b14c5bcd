/** The canonical text of a decimal number: texts of the same value give the same, e.g. `1e400` and `10.0E+399`. */
export function decimalValue(text: string): string {
  const sign = text.startsWith('-') ? '-' : '';
  const [mantissa = '', exponent = '0'] = text.slice(sign.length).toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const first = firstNonZero(digits);
  if (first === digits.length) return '0';
  const end = lastNonZero(digits) + 1;
  // BigInt, because an exponent may have any number of digits. One of over 20 stays as written: no number with another
  // exponent has the same value, for it would need as many digits.
  const scale =
    exponent.length > 20 ? exponent : BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - end);
  return `${sign}${digits.slice(first, end)}e${scale}`;
}

// Loops instead of patterns: a pattern for trailing zeros tries every earlier zero as a start, in quadratic time.
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
