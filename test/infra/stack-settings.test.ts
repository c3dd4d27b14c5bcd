import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { checkSettings, settingsOf } from '../../infra/settings.ts';
import { ENV, parseEnv } from '../../shared/api/env.ts';

const prod = settingsOf('prod');
const domain = {
  name: 'api.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000',
  hostedZone: null,
};

describe('settings', () => {
  test('a stage nobody wrote down is told with those there are', () => {
    expect(() => settingsOf('staging')).toThrow(
      'Unknown stage "staging": infra/settings.ts has local, dev, small, prod',
    );
  });

  test.each([
    ['logRetentionDays', { logRetentionDays: 31 }, 'logRetentionDays: Invalid option: expected one of 1|3|5|7|14|30'],
    [
      'maxConcurrency',
      { workerConcurrency: { control: 2, page: 1, callback: 2 } },
      'workerConcurrency.page: Too small',
    ],
    ['region', { region: 'Frankfurt' }, 'region: a region such as eu-west-1'],
    ['publicUrl', { publicUrl: 'http://api.example.com' }, 'publicUrl: Invalid URL'],
    ['an unknown one', { logRetention: 3 }, 'the settings: Unrecognized key: "logRetention"'],
    ['a domain that is none', { domain: { ...domain, name: 'API.example.com' } }, 'domain.name: a name in lower case'],
    [
      'a certificate of elsewhere',
      { region: 'eu-west-1', domain },
      'domain.certificateArn: the certificate must be in',
    ],
    [
      'a zone of another name',
      { domain: { ...domain, hostedZone: { id: 'Z0123456789ABC', name: 'ample.com' } } },
      'domain.hostedZone.name: api.example.com is not in the zone ample.com',
    ],
    [
      'an origin that is none',
      { corsOrigins: ['https://app.example.com/'] },
      'corsOrigins.0: an origin such as https:',
    ],
    ['an origin without https', { corsOrigins: ['http://app.example.com'] }, 'corsOrigins.0: an origin such as https:'],
    ['every origin', { corsOrigins: ['*'] }, 'corsOrigins.0: an origin such as https:'],
    [
      'a callback host with a port',
      { runtime: { ...prod.runtime, callbackHosts: ['*.example.com', 'example.com:443'] } },
      'runtime.callbackHosts.1: "example.com:443" is no host; a host such as hooks.example.com, or *.example.com',
    ],
    [
      'no callback host at all',
      { runtime: { ...prod.runtime, callbackHosts: [] } },
      'runtime.callbackHosts: Too small',
    ],
    [
      'local http away from local',
      { runtime: { ...prod.runtime, allowLocalHttp: true } },
      'runtime.allowLocalHttp: true is allowed on the stage local only',
    ],
    [
      'more for one workspace than for all',
      { apiThrottle: { perSecond: 10, burst: 10 } },
      'runtime.rateLimits.live.perSecond: one workspace may not have more than the whole API, apiThrottle.perSecond 10',
    ],
  ])('a wrong setting is told by stage, name and what is allowed: %s', (_, overrides, message) => {
    const broken = { ...prod, ...overrides } as typeof prod; // wrong on purpose
    expect(() => checkSettings('prod', broken)).toThrow(`Stage prod of infra/settings.ts is wrong:\n  ${message}`);
  });

  test('all faults are told at once, the stage’s name among them', () => {
    expect(() => checkSettings('Prod!', { ...prod, publicUrl: 'x', alarmEmail: 'y' })).toThrow(
      /its name: a to z.*\n.*publicUrl: .*\n.*alarmEmail: /,
    );
  });
});

test('cdk.json holds every feature flag that this version of the CDK recommends', () => {
  const require = createRequire(import.meta.url);
  const { context }: { context: Record<string, unknown> } = require('../../cdk.json');
  const recommended: Record<string, unknown> = require('aws-cdk-lib/recommended-feature-flags.json');
  expect(context).toMatchObject({ ...recommended, '@aws-cdk/core:validateAgainstDefaultRules': true });
});

describe('environment', () => {
  const sweepEnv = {
    [ENV.stage.name]: 'prod',
    [ENV.settings.name]: JSON.stringify(prod.runtime),
    [ENV.table.name]: 'Table',
    [ENV.controlQueueUrl.name]: 'http://127.0.0.1:4000/queues/control',
    [ENV.pageQueueUrl.name]: 'https://sqs.eu-west-1.amazonaws.com/123456789012/page',
    [ENV.callbackQueueUrl.name]: 'https://sqs.eu-west-1.amazonaws.com/123456789012/callback',
    [ENV.masterSecretArn.name]: 'arn:master',
  };

  test('a function’s own variables are read by the names of the code', () => {
    expect(parseEnv('sweep', sweepEnv)).toEqual({
      stage: 'prod',
      settings: prod.runtime,
      table: 'Table',
      controlQueueUrl: 'http://127.0.0.1:4000/queues/control',
      pageQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/page',
      callbackQueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/callback',
      masterSecretArn: 'arn:master',
    });
  });

  test.each([
    ['one that is missing', { [ENV.table.name]: undefined }, 'TRIREME_TABLE: '],
    [
      'one of another function',
      { [ENV.actionSecretsArn.name]: 'arn:x' },
      'TRIREME_ACTION_SECRETS_ARN: not a variable of',
    ],
    ['settings that are not JSON', { [ENV.settings.name]: '{' }, 'TRIREME_SETTINGS: is not JSON'],
    [
      'a setting out of range',
      { [ENV.settings.name]: '{"retentionDays":0}' },
      'TRIREME_SETTINGS.retentionDays: Too small',
    ],
  ])('a wrong variable is told by name: %s', (_, change, message) => {
    expect(() => parseEnv('sweep', { ...sweepEnv, ...change })).toThrow(message);
  });

  test('variables that are not ours are let be', () => {
    expect(() => parseEnv('sweep', { ...sweepEnv, AWS_REGION: 'eu-west-1', PATH: '/bin' })).not.toThrow();
  });
});
