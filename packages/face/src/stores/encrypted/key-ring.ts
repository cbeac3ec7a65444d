import { FileError } from '@pocketnet/files';
import type { StoredRecord } from '../store.js';
import { seal, unseal } from './cipher.js';
import {
  type AesKey,
  aesKey,
  derivationOf,
  fromBase64,
  type GalleryKey,
  type KeyDerivation,
  newDerivation,
  toBase64,
  wrappingKey,
} from './key.js';

/** The record of a store that says it is encrypted. */
export const ENCRYPTION = 'encryption';
/** A record that says that what was sealed anew may still lie there as it was before. */
export const UNFINISHED = 'encryption unfinished';
export const unfinished: StoredRecord = { kind: 'setting', id: UNFINISHED, about: new Uint8Array(0) };
const CONTEXT = 'a key of a gallery';

/** The gallery's own keys, wrapped by the caller's. There are two while records are sealed anew. */
interface Wrapped {
  readonly derivation: KeyDerivation;
  /** Sealed keys in base64, by their numbers. */
  readonly keys: Readonly<Record<string, string>>;
}

/** @throws FileError where the record does not say how its keys are wrapped, or asks for more work than any key is worth */
function readWrapped(location: string, { about }: StoredRecord): Wrapped {
  let given: Partial<Wrapped> | null;
  try {
    given = JSON.parse(new TextDecoder().decode(about));
  } catch {
    given = null;
  }
  const derivation = derivationOf(given?.derivation);
  const keys = given?.keys;
  if (!derivation || typeof keys !== 'object' || keys === null)
    throw new FileError(
      location,
      'what says how it is encrypted is damaged or not of this version. Restore a copy of it.',
    );
  return { derivation, keys };
}

/** The keys that records are sealed with. New records get the newest. */
export class KeyRing {
  private constructor(
    readonly keys: ReadonlyMap<number, AesKey>,
    readonly record: StoredRecord,
    private readonly raw: ReadonlyMap<number, Uint8Array>,
  ) {}

  /** A ring of one new key. */
  static async begin(key: GalleryKey): Promise<KeyRing> {
    return KeyRing.#wrap(key, new Map([[1, newKey()]]));
  }

  /** @throws FileError where the key is not the one that wrapped the ring */
  static async open(location: string, record: StoredRecord, key: GalleryKey): Promise<KeyRing> {
    const { derivation, keys } = readWrapped(location, record);
    const given = 'bytes' in key;
    if (given !== (derivation.name === 'given'))
      throw new FileError(location, `it is encrypted with a ${given ? 'passphrase' : 'key of 32 bytes'}; give that.`);
    const wrapping = await wrappingKey(key, derivation);
    const raw = new Map<number, Uint8Array>();
    for (const [number, sealed] of Object.entries(keys)) {
      const bytes = await unseal(wrapping, fromBase64(sealed), CONTEXT).catch((cause) => {
        throw new FileError(location, `this is the wrong ${given ? 'key' : 'passphrase'}.`, { cause });
      });
      raw.set(Number(number), bytes);
    }
    return new KeyRing(await imported(raw), record, raw);
  }

  /** The same and one more key, wrapped by another key of the caller's. */
  async withNewKey(key: GalleryKey): Promise<KeyRing> {
    return KeyRing.#wrap(key, new Map([...this.raw, [this.newest + 1, newKey()]]));
  }

  /** The newest key alone. */
  async newestAlone(key: GalleryKey): Promise<KeyRing> {
    return KeyRing.#wrap(key, new Map([[this.newest, this.raw.get(this.newest) as Uint8Array]])); // every ring has it
  }

  get newest(): number {
    return Math.max(...this.keys.keys());
  }

  get newestKey(): AesKey {
    return this.keys.get(this.newest) as AesKey;
  }

  static async #wrap(key: GalleryKey, raw: ReadonlyMap<number, Uint8Array>): Promise<KeyRing> {
    const derivation = newDerivation(key);
    const wrapping = await wrappingKey(key, derivation);
    const keys: Record<string, string> = {};
    for (const [number, bytes] of raw) keys[number] = toBase64(await seal(wrapping, bytes, CONTEXT));
    const wrapped: Wrapped = { derivation, keys };
    const about = new TextEncoder().encode(JSON.stringify(wrapped));
    return new KeyRing(await imported(raw), { kind: 'setting', id: ENCRYPTION, about }, raw);
  }
}

const newKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));

async function imported(raw: ReadonlyMap<number, Uint8Array>): Promise<Map<number, AesKey>> {
  const keys = new Map<number, AesKey>();
  for (const [number, bytes] of raw) keys.set(number, await aesKey(bytes));
  return keys;
}
