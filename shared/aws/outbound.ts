import type { IncomingHttpHeaders } from 'node:http';
import { currentRun, nameRunsOnConsole } from '../process/console-runs.ts';
import { type CallbackHostsOf, refusalOfCallbackHost } from '../domain/callback-host.ts';
import { checkCallbackHeaders, withUserAgent } from '../domain/callback-headers.ts';
import { type CallbackPolicy as UrlPolicy, parseCallbackUrl } from '../domain/callback-url.ts';
import { LIMITS } from '../domain/limits.ts';
import type { ActionServices, CallbackPolicy, CallbackSender } from '../engine/ports.ts';
import type { WorkspaceSecrets } from './action-secrets.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import type { GuardedHttp } from './guarded-http.ts';
import { GuardedHttpError } from './guarded-http/error.ts';

/** Which URLs and headers a launch may give for its callbacks, and where they may still be sent later. */
export function createCallbackPolicy(policy: UrlPolicy, hostsOf: CallbackHostsOf): CallbackPolicy {
  const refusalOf = async (workspaceUid: string, url: URL): Promise<string | null> => {
    const hosts = await hostsOf(workspaceUid);
    return hosts === null ? null : refusalOfCallbackHost(url, hosts);
  };
  return {
    async findFaults(workspaceUid, { url, headers }) {
      const parsed = parseCallbackUrl(url, policy);
      const refusal = 'message' in parsed ? parsed.message : await refusalOf(workspaceUid, parsed.url);
      const header = checkCallbackHeaders(headers);
      return [
        ...(refusal === null ? [] : [{ path: 'url', message: refusal }]),
        ...(header === null ? [] : [{ path: 'headers', message: header }]),
      ];
    },
    refusalOfHost: (workspaceUid, url) => refusalOf(workspaceUid, new URL(url)),
  };
}

/**
 * Posts callbacks through the guarded client, under this `User-Agent` unless their headers have one. Connections are
 * shared within a workspace only.
 */
export function createCallbackSender(http: GuardedHttp, userAgent: string): CallbackSender {
  return {
    async post({ url, workspaceUid, headers, body, signal }) {
      try {
        const answer = await http.request({
          url,
          method: 'POST',
          headers: withUserAgent(headers, userAgent),
          body,
          signal,
          poolKey: workspaceUid,
          isRepeatable: true,
          isStatusEnough: true,
        });
        const text = Buffer.from(answer.body.subarray(0, LIMITS.callbackResponseBytes)).toString();
        const { status, headers: answered } = answer;
        return {
          kind: 'answered',
          status,
          body: text,
          retryAfter: answered['retry-after'],
          headers: bounded(answered),
        };
      } catch (error) {
        if (error instanceof GuardedHttpError) return { kind: 'failed', message: error.message };
        throw error;
      }
    },
  };
}

/** Limits of what is told of an answer's headers; characters count names and values together. */
const MAX_HEADERS = 50;
const MAX_HEADER_CHARACTERS = 8_192;

/** The first headers of an answer; the values of one that came several times are joined. */
function bounded(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  let left = MAX_HEADER_CHARACTERS;
  for (const [name, value = ''] of Object.entries(headers).slice(0, MAX_HEADERS)) {
    const text = Array.isArray(value) ? value.join(', ') : value;
    left -= name.length + text.length;
    if (left >= 0) kept[name] = text;
  }
  return kept;
}

/** What actions may reach: HTTP through the guarded client, and secrets. */
export function createActionServices(
  http: GuardedHttp,
  secretsOf: (workspaceUid: string) => WorkspaceSecrets,
): ActionServices {
  nameRunsOnConsole((text, { workspaceUid }) => secretsOf(workspaceUid).maskSecrets(text));
  return {
    enter: (run, work) => currentRun.run(run, work),
    forWorkspace: (workspaceUid) => ({
      ...secretsOf(workspaceUid),
      fetch: createGuardedFetch(http, { poolKey: workspaceUid }),
    }),
  };
}
