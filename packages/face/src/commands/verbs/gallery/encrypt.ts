import { type GalleryOptions, galleryOptions, keyOf, storeOf } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import { type Action, UsageError } from '../../verb.js';

export const encrypt: Action = {
  name: 'encrypt',
  summary: 'seal a plain gallery with a key, and leave no plain byte',
  define: (command) => galleryOptions(command).action(run),
};

async function run(options: GalleryOptions): Promise<void> {
  const key = keyOf(options);
  if (!key) throw new UsageError('Give the key: --key-file, or a passphrase in the variable POCKETNET_PASSPHRASE.');
  const { encryptStore } = await import('../../../stores/index.js');
  const store = await storeOf(options);
  let sealed: Awaited<ReturnType<typeof encryptStore>>;
  try {
    sealed = await encryptStore(store, key);
  } catch (error) {
    await store.close();
    throw error;
  }
  await sealed.close();
  const kept = 'Without the key nothing of it can be read: keep it where it will not be lost.';
  printResult(options, { gallery: options.gallery, encrypted: true }, () => `${options.gallery} is encrypted. ${kept}`);
}
