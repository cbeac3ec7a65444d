import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { namingFile } from '@pocketnet/files/node';
import type { Command } from 'commander';
import type { Gallery } from '../gallery/index.js';
import type { MatchRates } from '../match-rates.js';
import type { GalleryKey, Store } from '../stores/index.js';
import type { OpenStoreOptions } from '../stores/registry.js';
import { note } from './output.js';
import { type CommonOptions, UsageError } from './verb.js';

/** Options of all verbs that open a gallery. */
export interface GalleryOptions extends CommonOptions {
  gallery: string;
  keyFile?: string;
}

export const galleryOptions = (command: Command): Command =>
  command
    .requiredOption('--gallery <where>', 'a file, or postgres://user@host/database')
    .option(
      '--key-file <file>',
      'a file with the key: 32 bytes, or a passphrase; else the variable POCKETNET_PASSPHRASE. A gallery that begins with a key is encrypted',
    );

/** Opens a gallery that is there, unless one may begin; tells what was mended in it, and closes it when the work is done. */
export async function withGallery<T>(
  options: GalleryOptions,
  rates: MatchRates | undefined,
  work: (gallery: Gallery) => Promise<T>,
  opening: OpenStoreOptions = { begin: false },
): Promise<T> {
  const { Gallery: Opened } = await import('../gallery/index.js');
  const gallery = await Opened.open(await unlocked(options, opening), rates ? { rates: [rates] } : {});
  try {
    for (const each of gallery.notes) note(each);
    return await work(gallery);
  } finally {
    await gallery.close();
  }
}

/** The store that is meant, in the clear. */
async function unlocked(options: GalleryOptions, opening: OpenStoreOptions): Promise<Store> {
  const store = await storeOf(options, opening);
  try {
    const { isEncrypted, openEncrypted } = await import('../stores/index.js');
    const key = keyOf(options);
    // Who gives a key wants nothing kept in the clear: what begins is sealed, what is not sealed is refused.
    if (key) return await openEncrypted(store, key);
    if (await isEncrypted(store))
      throw new UsageError(
        `${options.gallery} is encrypted. Give its key: --key-file, or a passphrase in the variable POCKETNET_PASSPHRASE.`,
      );
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

export async function storeOf(
  { gallery }: Pick<GalleryOptions, 'gallery'>,
  opening: OpenStoreOptions = { begin: false },
): Promise<Store> {
  const { openStore } = await import('../stores/registry.js');
  return openStore(gallery, opening);
}

/** The key that was given; never on the command line, where others see it. @throws UsageError where it is empty; FileError where its file cannot be read */
export function keyOf({ keyFile }: Pick<GalleryOptions, 'keyFile'>): GalleryKey | undefined {
  const { POCKETNET_PASSPHRASE } = process.env;
  const bytes = keyFile === undefined ? undefined : readKey(keyFile);
  if (bytes?.length === 32) return { bytes };
  const passphrase = bytes ? new TextDecoder().decode(bytes).replace(/\r?\n$/, '') : POCKETNET_PASSPHRASE;
  if (passphrase === '')
    throw new UsageError(`${keyFile ?? 'The variable POCKETNET_PASSPHRASE'} is empty: that is no key.`);
  return passphrase === undefined ? undefined : { passphrase };
}

/** Also from a pipe. */
const readKey = (file: string): Uint8Array =>
  namingFile(file, 'cannot be read', () => new Uint8Array(readFileSync(file)));

const PROMISE =
  'A gallery keeps templates of faces, which are personal data: in many countries people must agree, and may have theirs deleted. ' +
  'The weights of PocketNet are for non-commercial research only (@pocketnet/models/LICENSE), and not for watching people who have not agreed.';

/** Asks whether one may keep people's templates, before the first person of a gallery. @throws UsageError where nobody agrees */
export async function agreeToEnrol(agree: boolean | undefined): Promise<void> {
  note(PROMISE);
  if (agree) return;
  if (!process.stdin.isTTY)
    throw new UsageError(
      'This gallery is new. Say that these people agreed, and that you keep to the licence: --agree.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Did these people agree, and do you keep to the licence? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was enrolled.');
  } finally {
    terminal.close();
  }
}
