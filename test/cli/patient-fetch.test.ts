import { expect, it } from 'vitest';
import { patientFetch } from '../../shared/cli/patient-fetch.ts';

const failing = (code: string) => () =>
  Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));

it.each([
  ['http://127.0.0.1:4000', 'ECONNREFUSED', /^Nothing listens at http:\/\/127.0.0.1:4000\./],
  ['https://api.exmaple.com', 'ENOTFOUND', /^No host is named api\.exmaple\.com/],
])('%s that was never there is not waited for (%s), and one that has answered is', async (url, code, message) => {
  const never = patientFetch(url, () => undefined, failing(code));
  await expect(never(url)).rejects.toMatchObject({
    label: 'NO_ANSWER',
    retryable: false,
    message: expect.stringMatching(message) as string,
  });
  let isThere = true;
  const ask = () => (isThere ? Promise.resolve(new Response('{}')) : failing(code)());
  const restarted = patientFetch(url, () => undefined, ask);
  await restarted(url);
  isThere = false;
  await expect(restarted(url)).rejects.toThrow('fetch failed');
});

it('an API elsewhere that refuses may be back soon', async () => {
  const url = 'https://api.example.com';
  await expect(patientFetch(url, () => undefined, failing('ECONNREFUSED'))(url)).rejects.toThrow('fetch failed');
});
