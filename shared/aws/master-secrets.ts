import * as z from 'zod';
import type { MasterSecrets } from './keyring.ts';

/** The least that a master secret has, in bytes. */
const MIN_BYTES = 32;
const FIRST_VERSION = 1;

const versionedText = z.strictObject({
  current: z.int().min(FIRST_VERSION),
  versions: z.record(z.string().regex(/^[1-9]\d{0,5}$/), z.string().min(MIN_BYTES)),
});

type VersionedText = z.output<typeof versionedText>;

/**
 * The master secrets in the text of the stage's secret: JSON with all versions, or, as each stage begins, the first one
 * as it is. Throws an Error that does not quote the text.
 */
export function parseMasterSecrets(text: string): MasterSecrets {
  const { current, versions } = readVersions(text);
  return {
    current,
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, secret]) => [Number(version), Buffer.from(secret)]),
    ),
  };
}

/** The text with one more version, which is the current one. */
export function addMasterSecret(text: string, secret: string): { readonly text: string; readonly version: number } {
  const { versions } = readVersions(text);
  const version = Math.max(...Object.keys(versions).map(Number)) + 1;
  return { text: JSON.stringify({ current: version, versions: { ...versions, [version]: secret } }), version };
}

function readVersions(text: string): VersionedText {
  if (!text.startsWith('{')) return { current: FIRST_VERSION, versions: { [FIRST_VERSION]: text } };
  const parsed = versionedText.safeParse(readJson(text));
  if (parsed.success && Object.hasOwn(parsed.data.versions, String(parsed.data.current))) return parsed.data;
  const form = `{"current":n,"versions":{"1":"…"}}, each secret of at least ${MIN_BYTES} characters`;
  throw new Error(`The master secret must be one secret, or JSON: ${form}.`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller refuses null, with a message that does not quote the text
  }
}
