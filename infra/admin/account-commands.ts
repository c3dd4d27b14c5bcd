import { partition } from '@aws-sdk/core/client';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { concurrencyOf } from '../concurrency.ts';
import { type AwsPlace, CheckFailed, type Command } from './command.ts';

export const ACCOUNT_COMMANDS: readonly Command[] = [
  {
    name: 'account check',
    help: 'Says whether the account allows as many invocations at once as the stage may have. A new account allows ten. Nothing need be deployed.',
    options: {},
    examples: ['account check --stage prod --region eu-west-1'],
    runInAws: check,
  },
];

async function check(place: AwsPlace): Promise<string> {
  const { stageName, settings, region } = place;
  const allowed = await readAllowedConcurrency(place);
  const { workers, atWork, deadLetters, reserved, least } = concurrencyOf(settings);
  const each = Object.entries(workers).map(([name, count]) => `${name} ${count}`);
  const facts = [
    `Lambda allows ${allowed} invocations at once in ${region}, for all functions of the account together.`,
    `The stage ${stageName} may have ${atWork} at work: ${each.join(', ')}, and the sweep. Dead letters add up to ${deadLetters}, when something has failed.`,
    ...(reserved === 0 ? [] : [`It reserves ${reserved} for calls of the API, and Lambda wants 100 unreserved.`]),
  ];
  if (least <= allowed) return [...facts, `It fits. ${allowed - atWork} are left for calls of the API.`].join('\n');
  const why =
    reserved === 0
      ? 'while all are at work, calls of the API are answered 503'
      : 'its deployment would fail, or workers would take what calls need';
  throw new CheckFailed(
    [
      ...facts,
      `It does not fit: it needs ${least}, for ${why}.`,
      'Deploy the stage small until you have more (infra/settings.ts), and ask AWS for more:',
      `  aws service-quotas request-service-quota-increase --region ${region} --service-code lambda --quota-code L-B99A9384 --desired-value ${Math.max(1_000, least)}`,
    ].join('\n'),
  );
}

const AccountSettings = z.object({ AccountLimit: z.object({ ConcurrentExecutions: z.int() }) });

/**
 * How many invocations Lambda allows at once (Lambda API, GetAccountSettings). One signed request, where Lambda's client
 * would be a package for this alone. Throws an Error for people.
 */
async function readAllowedConcurrency({ region, signing }: AwsPlace): Promise<number> {
  const { AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL } = process.env;
  const base = AWS_ENDPOINT_URL_LAMBDA ?? AWS_ENDPOINT_URL ?? `https://lambda.${region}.${partition(region).dnsSuffix}`;
  const url = new URL('/2016-08-19/account-settings/', base);
  const signer = new SignatureV4({
    service: 'lambda',
    region,
    credentials: signing.credentials,
    sha256: signing.sha256,
  });
  const signed = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: {},
    headers: { host: url.host },
  });
  const answer = await fetch(url, { headers: signed.headers }).catch((error: Error) => {
    throw error.cause ?? error; // fetch hides why
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Lambda answered GetAccountSettings with ${answer.status}: ${text.slice(0, 200)}`);
  return AccountSettings.parse(JSON.parse(text)).AccountLimit.ConcurrentExecutions;
}
