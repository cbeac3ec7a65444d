import { joinBytes } from '@pocketnet/files';
import { ChangeDecoder, encodeChanges } from '../log/changes.js';
import { FRAME_HEADER_BYTES } from '../log/frame.js';
import { keyOf, type StoredRecord } from '../store.js';
import type { AesKey } from './key.js';

const NONCE_BYTES = 12;

/*
 * A sealed record keeps its kind and id. What is said of it is
 *
 *   4 bytes   number of the gallery's key, little-endian
 *   12 bytes  nonce: random, never used twice with a key for fewer than 2³² records (NIST SP 800-38D, 8.3)
 *   the rest  AES-256-GCM of the record as a log has it, bound to its kind and id
 */

/** Seals bytes that belong to `context`: elsewhere they cannot be opened. */
export async function seal(key: AesKey, bytes: Uint8Array, context: string): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(parameters(nonce, context), key, Uint8Array.from(bytes));
  return joinBytes([nonce, new Uint8Array(sealed)]);
}

/** @throws where the key is another one, or the bytes were changed or belong elsewhere */
export async function unseal(key: AesKey, sealed: Uint8Array, context: string): Promise<Uint8Array> {
  const nonce = Uint8Array.from(sealed.subarray(0, NONCE_BYTES));
  const rest = Uint8Array.from(sealed.subarray(NONCE_BYTES));
  return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, context), key, rest));
}

const parameters = (nonce: Uint8Array<ArrayBuffer>, context: string) => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData: new TextEncoder().encode(context),
});

export async function sealRecord(record: StoredRecord, key: AesKey, number: number): Promise<StoredRecord> {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, number, true);
  const plain = encodeChanges([record]).subarray(FRAME_HEADER_BYTES);
  return { kind: record.kind, id: record.id, about: joinBytes([prefix, await seal(key, plain, keyOf(record))]) };
}

export const keyNumberOf = ({ about }: StoredRecord): number =>
  about.length < 4 ? -1 : new DataView(about.buffer, about.byteOffset).getUint32(0, true);

export async function unsealRecord(record: StoredRecord, key: AesKey): Promise<StoredRecord> {
  const plain = await unseal(key, record.about.subarray(4), keyOf(record));
  const [change] = new ChangeDecoder().decode(plain);
  if (change?.about === undefined) throw new RangeError('a sealed record that holds none');
  return change;
}
