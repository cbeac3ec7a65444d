import { FileError } from '../file-error.js';

/** What the file system's error codes mean and what to do about them: sentences without a full stop. */
export const systemFaults: Readonly<Record<string, { reason: string; remedy: string }>> = {
  ENOENT: { reason: 'does not exist', remedy: 'Check the path' },
  ENOTDIR: { reason: 'a part of the path is not a folder', remedy: 'Check the path' },
  EACCES: { reason: 'may not be read or written by this user', remedy: 'Check its permissions' },
  EPERM: { reason: 'may not be read or written by this user', remedy: 'Check its permissions' },
  EISDIR: { reason: 'is a folder where a file is expected', remedy: 'Name a file in it' },
  ENOSPC: { reason: 'the disk is full', remedy: 'Free some space and run it again' },
  EROFS: { reason: 'the disk is read-only', remedy: 'Name another place to write to' },
};

/** A bare failure of the file system as a sentence that names the path; undefined for other errors. */
export function systemSentence(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  const fault = code === undefined ? undefined : systemFaults[code];
  return fault && path !== undefined ? `${path}: ${fault.reason}. ${fault.remedy}.` : undefined;
}

/** Runs `use`; a bare failure of the file system inside it becomes a FileError that names `file`. @param what failed, in words */
export function namingFile<T>(file: string, what: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const fault = systemFaults[code];
    throw new FileError(file, `${what}: ${fault ? `${fault.reason}. ${fault.remedy}.` : message}`, { cause });
  }
}
