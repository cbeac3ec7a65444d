import { text } from '../text.js';

/** What workers may do with a file: the page's types leave it out. */
interface WrittenInPlace {
  truncate(size: number): void;
  write(bytes: Uint8Array): number;
  flush(): void;
  close(): void;
}

/** Whether this browser keeps files for pages. */
export const keepsFiles = (): boolean => typeof navigator.storage?.getDirectory === 'function';

/** Writes a file of the page's own, in place of the one of that name. In a worker. */
export async function writeFile(name: string, bytes: Uint8Array): Promise<void> {
  if (!keepsFiles()) return;
  const file = await openInPlace(await navigator.storage.getDirectory(), name);
  try {
    file.truncate(0);
    if (file.write(bytes) < bytes.length) throw new Error(`The browser gives no more room for ${name}.`);
    file.flush();
  } finally {
    file.close();
  }
}

/** The bytes of a file of the page's own; undefined where there is none. */
export async function readFile(name: string): Promise<Uint8Array | undefined> {
  try {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** Leaves none of these files, and no byte of them: what the disk held is given up before the name is. In a worker. */
export async function eraseFiles(isMeant: (name: string) => boolean = () => true): Promise<void> {
  if (!keepsFiles()) return;
  const folder = await navigator.storage.getDirectory();
  for await (const name of folder.keys()) {
    if (!isMeant(name)) continue;
    const file = await openInPlace(folder, name);
    file.truncate(0);
    file.flush();
    file.close();
    await folder.removeEntry(name);
  }
}

async function openInPlace(folder: FileSystemDirectoryHandle, name: string): Promise<WrittenInPlace> {
  const file = await folder.getFileHandle(name, { create: true });
  const inPlace = file as FileSystemFileHandle & { createSyncAccessHandle(): Promise<WrittenInPlace> };
  return inPlace.createSyncAccessHandle().catch((cause: Error) => {
    throw cause.name === TAKEN ? new Error(text.elsewhere, { cause }) : cause;
  });
}

/** What browsers call it when a file is open for writing already. */
const TAKEN = 'NoModificationAllowedError';

/** Whether a file could not be opened because another tab has it. */
export const isOpenElsewhere = (failure: unknown): boolean =>
  failure instanceof Error && failure.cause instanceof DOMException && failure.cause.name === TAKEN;
