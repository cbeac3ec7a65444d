// Makes a checkout ready to run: packages, libtorch, the addon, the TypeScript. Only what is missing or out of date.
//
//   node scripts/setup.mjs [--build-only] [--quiet]
//
// --build-only  compiles, but installs nothing
// --quiet       prints only what goes wrong
import { buildAddon } from './setup/addon.mjs';
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

const log = flags.includes('--quiet') ? () => {} : (line) => console.log(`setup: ${line}`);

try {
  checkNode();
  await withLock(log, async () => {
    if (!flags.includes('--build-only')) {
      await step('npm packages', log, installPackages);
      await step('libtorch', log, ensureLibtorch);
    }
    await step('addon', log, buildAddon);
    await step('TypeScript', log, compileTypeScript);
  });
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exit(1);
}
