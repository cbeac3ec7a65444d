/** What opens an encrypted gallery: a passphrase, or 32 bytes that the app keeps elsewhere. */
export type GalleryKey = { readonly passphrase: string } | { readonly bytes: Uint8Array };

/** WebCrypto's CryptoKey: its name is only known where the DOM's types are. */
export type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** How the gallery's own key is wrapped, as it lies in the store. */
export interface KeyDerivation {
  readonly name: 'PBKDF2-SHA-256' | 'given';
  readonly rounds?: number;
  /** Base64. */
  readonly salt?: string;
}

/** OWASP's advice for PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023). */
const ROUNDS = 600_000;
/** What a file may ask for: some ten seconds of a computer. A file is a stranger's until its key has opened it. */
const MOST_ROUNDS = 20_000_000;

export function newDerivation(key: GalleryKey): KeyDerivation {
  if ('bytes' in key) return { name: 'given' };
  return { name: 'PBKDF2-SHA-256', rounds: ROUNDS, salt: toBase64(crypto.getRandomValues(new Uint8Array(16))) };
}

/** How the key is derived, of a record that a file holds; undefined where it is none. */
export function derivationOf(value: unknown): KeyDerivation | undefined {
  const { name, rounds, salt } = (value ?? {}) as Partial<KeyDerivation>;
  if (name === 'given') return { name };
  const isPossible = Number.isInteger(rounds) && Number(rounds) >= 1 && Number(rounds) <= MOST_ROUNDS;
  if (name !== 'PBKDF2-SHA-256' || !isPossible || typeof salt !== 'string') return undefined;
  return { name, rounds: Number(rounds), salt };
}

/** The AES-256 key that wraps the gallery's own. @throws RangeError where it cannot be one */
export async function wrappingKey(key: GalleryKey, derivation: KeyDerivation): Promise<AesKey> {
  if ('bytes' in key) {
    if (key.bytes.length !== 32) throw new RangeError(`A key of ${key.bytes.length} bytes; give 32.`);
    return aesKey(key.bytes);
  }
  if (key.passphrase === '') throw new RangeError('The passphrase is empty.');
  const { rounds = ROUNDS, salt = '' } = derivation;
  const words = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(key.passphrase.normalize('NFKC')),
    'PBKDF2',
    false,
    ['deriveKey'],
  );
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', iterations: rounds, salt: fromBase64(salt) },
    words,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

export const aesKey = (bytes: Uint8Array): Promise<AesKey> =>
  crypto.subtle.importKey('raw', Uint8Array.from(bytes), 'AES-GCM', false, ['encrypt', 'decrypt']);

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
