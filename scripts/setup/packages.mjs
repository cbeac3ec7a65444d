// The npm packages, as the lock file has them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { root } from './root.mjs';

export async function installPackages(log) {
  const reason = whyInstall();
  if (!reason) return 'as the lock file has them';
  const verb = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install';
  log(`npm ${verb}, as ${reason}`);
  // Without the packages' own install scripts (.npmrc): onnxruntime-node's would download CUDA files, which fails offline and serves
  // nothing here; protobufjs's prints advice. No other package has one, or it would have to be run here.
  try {
    await runCommand([...npm(), verb, '--ignore-scripts', '--no-audit', '--no-fund']);
  } catch (error) {
    const [what] = error.message.split(/^npm \S+ Clean install a project/m); // npm's manual page follows
    throw new Error(what.trim());
  }
  return 'installed';
}

/** Why node_modules is not what package-lock.json describes; nothing when it is. npm writes down what it installed. */
function whyInstall() {
  const lock = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!installed) return 'node_modules is missing';
  if (!lock) return undefined;
  for (const [path, wanted] of Object.entries(lock)) {
    if (!path.includes('node_modules/')) continue;
    const present = installed[path];
    if (!present && !wanted.optional && !wanted.peer) return `${path} is missing`;
    if (present && present.version !== wanted.version)
      return `${path} should be ${wanted.version}, not ${present.version}`;
  }
  return undefined;
}

function packagesOf(name) {
  const path = join(root, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/** The npm that runs this script, else the one in PATH. */
function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}
