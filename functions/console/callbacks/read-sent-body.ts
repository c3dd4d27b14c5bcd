import { errorOfAnswer } from '../../../shared/client/error.ts';

/** The body of a callback with the headers that sign it; none where the key may not see them. */
export interface SentBody {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads it without the client, which gives the text alone. */
export async function readSentBody(uid: string, apiKey: string, signal: AbortSignal): Promise<SentBody> {
  const headers = { 'x-api-key': apiKey };
  const response = await fetch(`/v1/runs/callbacks/${uid}/body`, { headers, signal });
  const text = await response.text();
  if (!response.ok) throw errorOfAnswer(response.status, response.headers, text, Date.now());
  const signing = [...response.headers].filter(([name]) => name.startsWith('webhook-'));
  return { text, headers: Object.fromEntries(signing) };
}
