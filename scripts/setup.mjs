// Makes a checkout ready to run: packages, libtorch, the addon, the TypeScript. Only what is missing or out of date.
//
//   node scripts/setup.mjs [--build-only] [--quiet]
//
// --build-only  compiles, but installs nothing
// --quiet       prints only what is installed and what goes wrong, on stderr
import { buildAddon, buildEngineAddon } from './setup/addon.mjs';
import { ensureLibtorch } from './setup/libtorch.mjs';
import { withLock } from './setup/lock.mjs';
import { checkNode } from './setup/node-version.mjs';
import { installPackages } from './setup/packages.mjs';
import { step } from './setup/step.mjs';
import { compileTypeScript } from './setup/typescript.mjs';

const known = ['--build-only', '--quiet'];
const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !known.includes(flag));
if (unknown) {
  console.error(`setup: ${unknown} is no option; there are ${known.join(' and ')}.`);
  process.exit(2);
}

const quiet = flags.includes('--quiet');
const log = (line) => {
  if (!quiet) console.log(`setup: ${line}`);
};
// What is put on the machine is always said; on stderr, so that a quiet set-up leaves stdout to the program after it.
const announce = quiet ? (line) => console.error(`setup: ${line}`) : log;

try {
  checkNode();
  await withLock(log, async () => {
    if (!flags.includes('--build-only')) {
      await step('npm packages', log, installPackages, announce);
      await step('libtorch', log, ensureLibtorch, announce);
    }
    await step('addon', log, buildAddon);
    await step('engine addon', log, buildEngineAddon);
    await step('TypeScript', log, compileTypeScript);
  });
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}
