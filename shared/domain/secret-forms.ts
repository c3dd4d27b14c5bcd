/**
 * The forms in which a secret value can appear in a text: as it is, escaped in JSON, percent-encoded (each character
 * either way), as hex, as base64 or base64url, alone or as part of a longer encoded text (`user:` before it shifts its
 * bits).
 */

/** A pattern that finds every form. */
export function formsOf(value: string): RegExp {
  const bytes = bytesOf(value);
  const forms = [
    (value.match(/\\+|[^\\]/gu) ?? []).map(charForm).join(''),
    ...bytes.map(hexForm),
    ...bytes.flatMap(base64Forms),
  ];
  return new RegExp(forms.join('|'), 'g');
}

/** The usual spelling of every form as plain texts, which are fast to find in a page of results. */
export function needlesOf(value: string): readonly string[] {
  const all = bytesOf(value).flatMap((bytes) => {
    const hex = bytes.toString('hex');
    const cores = base64Cores(bytes).map(({ core }) => core);
    return [hex, hex.toUpperCase(), ...cores, ...cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'))];
  });
  const escaped = JSON.stringify(value).slice(1, -1);
  return [...new Set([value, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(value), ...all])];
}

/** The value's bytes in UTF-8, and in Latin-1 where a header would carry other bytes. */
function bytesOf(value: string): readonly Buffer[] {
  const isLatin1 = /[\x80-\xff]/.test(value) && /^[\x20-\xff]*$/.test(value);
  return [Buffer.from(value), ...(isLatin1 ? [Buffer.from(value, 'latin1')] : [])];
}

/**
 * The most backslashes that one escape is searched with, enough for JSON within JSON within JSON. It is bounded because
 * a text may consist of backslashes only.
 */
const ESCAPES = 16;

/**
 * The pattern of a character or of several backslashes. They share one quantifier, so that no text matches in many
 * ways.
 */
function charForm(char: string): string {
  const percent = Array.from(Buffer.from(char), (byte) => `%(?:25)?${anyCase(hexOf(byte))}`).join('');
  const unicode = Array.from(char.split(''), (unit) => `\\\\{1,${ESCAPES}}u${anyCase(hex4(unit.charCodeAt(0)))}`).join(
    '',
  );
  return `(?:${[literalForm(char), percent, unicode].join('|')})`;
}

function literalForm(char: string): string {
  if (char.startsWith('\\')) return `\\\\{${char.length},${char.length * ESCAPES}}`;
  if (char === '"' || char === "'" || char === '/') return `\\\\{0,${ESCAPES}}${char}`;
  return char === ' ' ? '[ +]' : char.replaceAll(/[$()*+.?[\]^{|}-]/g, '\\$&');
}

function hexForm(bytes: Buffer): string {
  return Array.from(bytes, (byte) => anyCase(hexOf(byte))).join('[ :]?');
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function hex4(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}

function anyCase(hex: string): string {
  return hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** A shorter core could appear by chance. */
const MIN_CORE = 6;

interface Core {
  /** The characters whose six bits all belong to the value. */
  readonly core: string;
  /** Whether the characters before and after the core have some of the value's bits. */
  readonly sharesFirst: boolean;
  readonly sharesLast: boolean;
}

/** The value's base64 characters after 0, 1 or 2 bytes of other text. More bytes before it repeat these three cases. */
function base64Cores(bytes: Buffer): readonly Core[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = (before + bytes.length) * 8;
    const core = text.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
    const isWhole = before === 0 && core.length + 1 >= MIN_CORE;
    if (core.length < MIN_CORE && !isWhole) return [];
    return [{ core, sharesFirst: before > 0, sharesLast: bits % 6 !== 0 }];
  });
}

function base64Forms(bytes: Buffer): readonly string[] {
  return base64Cores(bytes).map(({ core, sharesFirst, sharesLast }) => {
    const inner = Array.from(core, base64Char).join('');
    return `${sharesFirst ? `${ANY_CHAR}?` : ''}${inner}${sharesLast ? `${ANY_CHAR}?` : ''}(?:=|%3[dD]){0,2}`;
  });
}

const ANY_CHAR = `(?:[A-Za-z0-9_-]|\\+|\\\\{0,${ESCAPES}}/|%2[bBfF])`;

/** The pattern of a base64 character in either alphabet, percent-encoded or escaped where possible. */
function base64Char(char: string): string {
  if (char === '+') return '(?:[+-]|%2[bB])';
  return char === '/' ? `(?:\\\\{0,${ESCAPES}}/|_|%2[fF])` : char;
}
