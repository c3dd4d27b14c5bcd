import type { LocalSystem } from './start-system.ts';

/** What a person needs next: address, key, a call of each mode, and where callbacks show. */
export function welcome({ runtime, inbox, access }: LocalSystem): string {
  const call = (mode: string, body: unknown): string =>
    `  curl -s ${runtime.url}/v1/actions/search-cities/run/${mode} -H 'X-API-Key: ${access.apiKey}' \\\n` +
    `    -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return `
Trireme is up.

  Console  ${consoleLink(runtime.url, access.apiKey)}
  URL      ${runtime.url}
  API key  ${access.apiKey}
  Docs     ${runtime.url}/docs   (every call of the API, with guides, search and examples to try)
  Inbox    ${inbox.url}   (a receiver: callbacks sent there are checked and shown here)

Live, one page in the answer:
${call('live', { input: { country: 'NL' } })}

Async, each page as a signed callback:
${call('async', { inputs: [{ country: 'NL' }, { country: 'BE' }], callback: { url: inbox.url } })}

Ctrl-C stops it and keeps the data. Actions are rebuilt when you change them. A change of .env takes effect within a
minute.
`;
}

/** The console with the key in the fragment, which no browser sends and the page takes out of the address at once. */
export function consoleLink(url: string, apiKey: string): string {
  return `${url}/console#key=${apiKey}`;
}

/** The one line of `--json`. */
export function readyLine({ runtime, inbox, access }: LocalSystem): string {
  const { apiKey, workspaceUid, signingSecret } = access;
  return JSON.stringify({ url: runtime.url, apiKey, workspaceUid, inboxUrl: inbox.url, signingSecret });
}

/** One line for a callback that came in. */
export function callbackLine({ webhookId, body, fault }: ReturnType<LocalSystem['inbox']['received']>[number]): string {
  if (fault !== null) return `inbox: refused ${webhookId}: ${fault}`;
  const record = typeof body === 'object' && body !== null ? body : {};
  const type = 'type' in record ? String(record.type) : 'callback';
  const run = 'run' in record && typeof record.run === 'object' && record.run !== null ? record.run : {};
  const runUid = 'run_uid' in run ? ` [${String(run.run_uid)}]` : '';
  const place =
    'page' in record && 'input_index' in record
      ? ` input ${String(record.input_index)} page ${String(record.page)}`
      : '';
  const results = 'results' in record && Array.isArray(record.results) ? `, ${record.results.length} results` : '';
  const manifest = 'manifest' in record ? ` ${JSON.stringify(record.manifest)}` : '';
  return `inbox: ${type}${runUid}${type === 'run.finished' ? manifest : `${place}${results}`}, signature verified`;
}
