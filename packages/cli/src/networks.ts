import { UsageError } from './verb.js';

/** Refuses an option --network that names no network: as wrong usage, and before any work. */
export async function checkNetwork(name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const { findNetwork } = await import('@pocketnet/lab');
  try {
    findNetwork(name);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
