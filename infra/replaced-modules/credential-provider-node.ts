import { type FromEnvInit, fromEnv } from '@aws-sdk/credential-provider-env';
import { memoize } from '@smithy/core/config';

/** As in the SDK's own chain: what ends within five minutes is taken for ended. */
const ENDS_SOON_MS = 300_000;

/**
 * Stands for `@aws-sdk/credential-provider-node` in every bundle. Lambda gives a function its credentials in the
 * environment (AWS Lambda, "Defined runtime environment variables"), and so does the local runtime. The rest of the
 * SDK's chain, profiles, single sign-on, container and instance metadata, is 130 KB that no function reaches.
 * Credentials are read once, or, where the environment gives an `AWS_CREDENTIAL_EXPIRATION`, again when they are about
 * to end.
 */
export function defaultProvider(init?: FromEnvInit) {
  return memoize(
    fromEnv(init),
    ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < ENDS_SOON_MS,
    ({ expiration }) => expiration !== undefined,
  );
}
