// Libtorch and the compiler: what npm cannot bring.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compilerOf } from '../../packages/torch/native/compiler.mjs';
import { findLibtorch } from '../../packages/torch/native/libtorch.mjs';
import { runCommand } from './command.mjs';

const PACKAGE = 'libtorch-dev';

export async function ensureLibtorch(log) {
  await compilerOf();
  const skipped = [];
  const present = findLibtorch({ onSkip: (reason) => skipped.push(reason) });
  if (present) return describe(present);

  for (const reason of skipped) log(reason);
  const prefix = administrator();
  if (!isThere('apt-get') || !prefix) throw new Error(instructions());
  log(`none found: installing Debian's ${PACKAGE} with apt-get, some 1 GB with what it needs`);
  log('(to use another, stop this and set LIBTORCH=<folder with include/ and lib/>)');
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qy'];
  try {
    await runCommand([...apt, 'update'], { terminal: true });
    await runCommand([...apt, 'install', '--no-install-recommends', PACKAGE], { terminal: true });
  } catch (error) {
    throw new Error(`${error.message}\n${instructions()}`);
  }
  const installed = findLibtorch({ onSkip: log });
  if (!installed) throw new Error(`apt-get installed ${PACKAGE}, yet no libtorch is found. ${instructions()}`);
  return `installed, ${describe(installed)}`;
}

/** What makes a command run as root: nothing, sudo, or undefined when we cannot. */
function administrator() {
  if (process.getuid?.() === 0) return [];
  if (!isThere('sudo')) return undefined;
  return process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
}

function isThere(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function describe({ version, libDir, cuda }) {
  return `${version} in ${libDir}${cuda ? ', with CUDA' : ''}`;
}

function instructions() {
  return (
    'The training engine needs libtorch with its C++ headers. One of these brings it:\n' +
    `  apt-get install ${PACKAGE}               (Debian, Ubuntu; as root)\n` +
    '  pip install torch                          (with CUDA; found through python3)\n' +
    '  LIBTORCH=<folder with include/ and lib/>   (a C++ release from https://pytorch.org)'
  );
}
