import { signal } from '@preact/signals';
import { readFile } from '../people/browser-files.js';
import { withFiles } from '../people/people.js';
import { keep, settings } from '../settings.js';

const FILE = 'own.pnet';

/** Name of the user's own network that is kept in the browser. */
export const ownNetwork = signal(settings().own);

/** Keeps a network of the user's beyond the visit. */
export async function keepOwn(name: string, bytes: Uint8Array): Promise<void> {
  keep({ own: undefined }); // until it is there as a whole
  await withFiles((files) => files.keepFile(FILE, bytes));
  keep({ own: name });
  ownNetwork.value = name;
}

export const ownBytes = (): Promise<Uint8Array | undefined> => readFile(FILE);

/** Erases it. */
export async function dropOwn(): Promise<void> {
  keep({ own: undefined });
  ownNetwork.value = undefined;
  await withFiles((files) => files.dropFile(FILE));
}
