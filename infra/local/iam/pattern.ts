const compiled = new Map<string, RegExp>();

/** Whether a text matches an IAM pattern: `*` is any run of characters, `?` is one. */
export function matchesPattern(pattern: string, text: string, caseless = false): boolean {
  if (pattern === '*') return true;
  const key = `${caseless ? 'i' : 's'}${pattern}`;
  let regex = compiled.get(key);
  if (regex === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    regex = new RegExp(`^${source}$`, caseless ? 'is' : 's');
    compiled.set(key, regex);
  }
  return regex.test(text);
}

/** ArnLike: each of an ARN's six colon-delimited parts is matched on its own, so `*` does not run over a colon. */
export function matchesArn(pattern: string, arn: string): boolean {
  const wanted = arnParts(pattern);
  const given = arnParts(arn);
  return wanted.length === 6 && given.length === 6 && wanted.every((part, i) => matchesPattern(part, given[i] ?? ''));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
