import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';

/** Makes a folder that is a package of its own, an ES module, with nothing installed. */
export function emptyProject(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "app", "version": "0.0.0", "private": true, "type": "module" }\n',
  );
}

/** Installs tarballs and, from the registry, other packages (`name@version`), as people do. */
export const npmInstall = (folder, tarballs, others) =>
  runCommand(
    ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs.map(({ path }) => path), ...others],
    {
      cwd: folder,
    },
  );

/** Lays tarballs where npm would, without a network; `others` are links to what this checkout has installed. */
export async function layOut(folder, tarballs, others) {
  for (const { name, path } of tarballs) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    await runCommand(['tar', '-xzf', path, '-C', place, '--strip-components=1']);
  }
  for (const name of others) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
}
