import { isNode } from './place.js';

/** The package of released models; bundlers do not follow the name, since pages take single models by their subpaths. */
const MODELS = '@pocketnet/models';

/**
 * The bytes of an installed model.
 *
 * @param give how another is given, for the message; the library's way unless said
 * @throws an Error that says what to install, or to give instead
 */
export async function installedModel(
  name: string,
  role: 'detector' | 'embedder',
  give = `Give its bytes: openPocketNet({ ${role}: await load() }) with load of '@pocketnet/models/${name}', or a .pnet of your own.`,
): Promise<Uint8Array> {
  if (!isNode()) throw new Error(`No ${role} was given. ${give}`);
  let models: { load(name: string): Promise<Uint8Array> };
  try {
    models = await import(/* @vite-ignore */ /* webpackIgnore: true */ MODELS);
  } catch (cause) {
    throw new Error(`No ${role} was given, and ${MODELS} is not installed: npm install ${MODELS}. ${give}`, { cause });
  }
  return models.load(name);
}
