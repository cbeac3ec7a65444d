import { UsageError } from './verb.js';

/** Throws a UsageError if `--network` names an unknown network. Called before any work. */
export async function checkNetwork(name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const { findNetwork } = await import('@pocketnet/lab');
  try {
    findNetwork(name);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
