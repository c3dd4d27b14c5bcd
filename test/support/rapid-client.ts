// Preloaded (`node --import`) into AWS's runtime client: its native part, which a stranger's machine would need cmake and
// a compiler to build, said in TypeScript. The same three functions (aws-lambda-ric, src/native/rapid-client.cc).
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './rapid-client.node'
      ? { url: import.meta.url, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});

const { AWS_LAMBDA_RUNTIME_API: runtimeApi = '' } = process.env;
const urlOf = (path: string): string => `http://${runtimeApi}/2018-06-01/runtime/invocation/${path}`;
/** What was answered and is still on its way. */
let sent: Promise<unknown> = Promise.resolve();

/** Waits for an event. */
export async function next(): Promise<{ readonly bodyJson: string; readonly headers: Record<string, string> }> {
  await sent;
  const response = await fetch(urlOf('next'));
  return { bodyJson: await response.text(), headers: Object.fromEntries(response.headers) };
}

/** Answers an event. */
export function done(id: string, body: string): void {
  sent = fetch(urlOf(`${id}/response`), { method: 'POST', body });
}

/** Answers an event with what was thrown. */
export function error(id: string, body: string, xrayCause: string): void {
  const headers = { 'lambda-runtime-function-xray-error-cause': xrayCause };
  sent = fetch(urlOf(`${id}/error`), { method: 'POST', headers, body });
}
