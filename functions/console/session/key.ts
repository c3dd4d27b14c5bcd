const NAME = 'trireme.key';

/** Keeps the key that a link carries in its fragment, and cleans the address at once: history and screenshots lack it. Tells whether it did. */
export function takeKeyFromAddress(): boolean {
  const found = /^#key=([\w-]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return false;
  keepKey(found);
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return true;
}

/** The key of this tab; null: it has to be entered. */
export function storedKey(): string | null {
  return sessionStorage.getItem(NAME);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
}
