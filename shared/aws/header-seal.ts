import type { Secrets } from '../engine/ports.ts';
import { versionOf } from './keyring.ts';
import type { ReadKeyring } from './keyring-reader.ts';

/** Encrypts the headers that a launch gives for its callbacks. */
export function createHeaderSeal(keyring: ReadKeyring): Pick<Secrets, 'sealHeaders' | 'unsealHeaders'> {
  return {
    async sealHeaders(runUid, headers) {
      return (await keyring()).seal(JSON.stringify(headers), headersOf(runUid));
    },
    async unsealHeaders(runUid, sealed) {
      const plain = (await keyring(versionOf(sealed))).open(sealed, headersOf(runUid));
      // cast: sealed above from such a record; the seal refuses anything else
      return JSON.parse(plain) as Record<string, string>;
    },
  };
}

function headersOf(runUid: string): string {
  return `callback headers of ${runUid}`;
}
