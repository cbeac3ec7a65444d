import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** The packages that are published, by their folders: all workspaces that are not private. */
export const published = manifestOf('.')
  .workspaces.map((folder) => ({ folder, manifest: manifestOf(folder) }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ folder, manifest }) => ({ folder, name: manifest.name, manifest }));

/** What an app installs, and all that comes with it from this repository. */
export const forApps = ['pocketnet', '@pocketnet/files', '@pocketnet/engine', '@pocketnet/models'];
