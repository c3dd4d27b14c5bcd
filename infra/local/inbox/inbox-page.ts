import type { InboxCallback } from './inbox-callback.ts';

/** The inbox as a page: newest first, each body can be unfolded. */
export function inboxPage(callbacks: readonly InboxCallback[]): string {
  const rows = [...callbacks].reverse().map(rowOf).join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Inbox</title>
<style>body{font:14px/1.5 system-ui;margin:2rem;max-width:72rem}pre{background:#f4f4f4;padding:.5rem;overflow:auto}.bad{color:#b00}</style>
<h1>Inbox</h1><p>${callbacks.length} callbacks kept, newest first.</p>
${rows}
</html>`;
}

function rowOf({ webhookId, at, times, body, fault }: InboxCallback): string {
  const repeats = times === 1 ? '' : `, came ${times} times`;
  const verdict = fault === null ? 'signature verified' : `<span class="bad">refused: ${escaped(fault)}</span>`;
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const head = `${new Date(at).toISOString()} <code>${escaped(webhookId)}</code> ${verdict}${repeats}`;
  return `<details><summary>${head}</summary><pre>${escaped(text)}</pre></details>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
