import { runCommand } from './command.mjs';

/** `tsc -b` finds out by itself what is out of date. */
export async function compileTypeScript() {
  await runCommand([process.execPath, 'node_modules/typescript/bin/tsc', '-b']);
  return 'compiled';
}
