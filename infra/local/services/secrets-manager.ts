import { createHash, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { secretArn } from './secret-arn.ts';
import { asObject, asString } from './json-values.ts';
import { AwsServiceError, type TargetService } from './service.ts';

/** CloudFormation's GenerateSecretString, as far as the stand-in goes. */
export interface GenerateSecretString {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly IncludeSpace?: boolean;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

/**
 * A secret of the template: generated once, fixed, or read again at each GetSecretValue, so that edits of a file take
 * effect.
 */
export interface SecretDefinition {
  readonly name: string;
  readonly value:
    | { readonly generate: GenerateSecretString }
    | { readonly text: string }
    | { readonly read: () => string };
}

export interface SecretsManagerOptions {
  /** Null keeps the secrets in memory. */
  readonly dir: string | null;
  readonly now: () => number;
  readonly region?: string;
  readonly account?: string;
  readonly secrets: readonly SecretDefinition[];
}

interface Stored {
  readonly text: string;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The hash of each earlier version's text, by the version's id; absent: there is none. */
  readonly earlier?: Readonly<Record<string, string>>;
}

export interface SecretsManager extends TargetService {
  close(): void;
}

/** The Secrets Manager stand-in; what it generates is kept in `secrets.json`, readable by its owner only. */
export function openSecretsManager(options: SecretsManagerOptions): SecretsManager {
  const { now, region = LOCAL_REGION, account = LOCAL_ACCOUNT } = options;
  const vault = openVault(options.dir);
  for (const { name, value } of options.secrets) {
    if ('generate' in value && vault.get(name) === undefined)
      vault.put(name, store(generateSecret(value.generate), now()));
  }
  const byId = new Map(
    options.secrets.flatMap((secret) => [
      [secret.name, secret],
      [secretArn(secret.name, region, account), secret],
    ]),
  );
  const current = ({ name, value }: SecretDefinition): Stored | undefined => {
    if ('read' in value) return store(value.read(), now());
    return vault.get(name) ?? ('text' in value ? store(value.text, now()) : undefined);
  };
  return {
    async handle(operation, body) {
      const input = asObject(body);
      const secret = byId.get(asString(input['SecretId']));
      if (secret === undefined) throw notFound();
      if (operation === 'PutSecretValue') {
        vault.put(secret.name, putVersion(current(secret), input, now()));
      }
      const stored = current(secret);
      if (stored === undefined) throw notFound();
      const named = { ARN: secretArn(secret.name, region, account), Name: secret.name };
      return { status: 200, body: { ...named, ...shape(operation, stored) } };
    },
    close: () => undefined,
  };
}

function shape(operation: string, { text, version, at }: Stored): Readonly<Record<string, unknown>> {
  switch (operation) {
    case 'GetSecretValue':
      return { SecretString: text, VersionId: version, VersionStages: ['AWSCURRENT'], CreatedDate: at / 1000 };
    case 'PutSecretValue':
      return { VersionId: version, VersionStages: ['AWSCURRENT'] };
    case 'DescribeSecret':
      return { VersionIdsToStages: { [version]: ['AWSCURRENT'] }, LastChangedDate: at / 1000 };
    default:
      throw new AwsServiceError('InvalidRequestException', `Secrets Manager stand-in: no operation ${operation}.`);
  }
}

function notFound(): AwsServiceError {
  return new AwsServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/**
 * The secret with a new version, whose id is the request's token. The same token and text again change nothing, and
 * with another text they are refused (Secrets Manager API, PutSecretValue).
 */
function putVersion(before: Stored | undefined, input: Readonly<Record<string, unknown>>, at: number): Stored {
  const text = asString(input['SecretString']);
  const token = input['ClientRequestToken'];
  if (typeof token !== 'string' || before === undefined) return store(text, at);
  if (token.length < 32 || token.length > 64) {
    throw new AwsServiceError('InvalidParameterException', 'ClientRequestToken must have 32 to 64 characters.');
  }
  const known = { ...before.earlier, [before.version]: hashOf(before.text) };
  if (known[token] === undefined) return { text, version: token, at, earlier: known };
  if (known[token] === hashOf(text)) return before;
  const message = "You can't use ClientRequestToken for another value: a version with that id exists.";
  throw new AwsServiceError('ResourceExistsException', message);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A version id that changes with the text, shaped like AWS's. */
function store(text: string, at: number): Stored {
  const hex = hashOf(text);
  const version = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
  return { text, version, at };
}

interface Vault {
  get(name: string): Stored | undefined;
  put(name: string, stored: Stored): void;
}

function openVault(dir: string | null): Vault {
  const path = dir === null ? null : join(dir, 'secrets.json');
  if (dir !== null) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const text = path !== null && existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  // The file holds only what `put` wrote.
  const secrets = new Map(Object.entries(JSON.parse(text) as Record<string, Stored>));
  return {
    get: (name) => secrets.get(name),
    put(name, stored) {
      secrets.set(name, stored);
      if (path === null) return;
      writeFileSync(`${path}.next`, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 });
      chmodSync(`${path}.next`, 0o600);
      renameSync(`${path}.next`, path);
    },
  };
}

const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * A random secret as CloudFormation would make it (AWS::SecretsManager::Secret GenerateSecretString); 32 characters
 * unless the rule says otherwise.
 */
function generateSecret(rule: GenerateSecretString): string {
  const alphabet = [
    rule.ExcludeLowercase === true ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rule.ExcludeUppercase === true ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rule.ExcludeNumbers === true ? '' : '0123456789',
    rule.ExcludePunctuation === true ? '' : punctuation,
    rule.IncludeSpace === true ? ' ' : '',
  ].join('');
  const allowed = alphabet.split('').filter((character) => !(rule.ExcludeCharacters ?? '').includes(character));
  const pick = (): string => allowed[randomInt(allowed.length)] ?? '';
  const password = Array.from({ length: rule.PasswordLength ?? 32 }, pick).join('');
  if (rule.GenerateStringKey === undefined) return password;
  return JSON.stringify({
    ...asObject(JSON.parse(rule.SecretStringTemplate ?? '{}')),
    [rule.GenerateStringKey]: password,
  });
}
