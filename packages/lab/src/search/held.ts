import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigFile } from '../config/index.js';
import { hasCheckpoint } from '../runs/resumable.js';
import { candidatesFile } from './candidates.js';

/** The method of the search that a folder holds; undefined where there is none to go on with. */
export function heldMethod(folder: string): string | undefined {
  if (!hasCheckpoint(folder) && !existsSync(candidatesFile(folder))) return undefined;
  const config = join(folder, 'config.yaml');
  const { method } = (existsSync(config) ? readConfigFile(config) : {}) as { method?: string };
  // Searches before December 2026 did not name theirs.
  return method ?? (hasCheckpoint(folder) ? 'darts' : 'random');
}
