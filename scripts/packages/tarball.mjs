import { join } from 'node:path';
import { runCommand } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';

/**
 * Packs a package as `npm publish` would.
 *
 * @returns {Promise<{ name: string, path: string, unpackedSize: number, files: string[] }>}
 */
export async function packTarball({ folder, name }, destination) {
  const output = await runCommand([
    'npm',
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    destination,
    join(root, folder),
  ]);
  const [{ filename, unpackedSize, files }] = JSON.parse(output);
  return { name, path: join(destination, filename), unpackedSize, files: files.map(({ path }) => path) };
}
