import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/**
 * Runs a command in the checkout and keeps its output to itself, unless it fails.
 *
 * @param {string[]} command
 * @param {{ env?: Record<string, string>, terminal?: boolean }} [options] `terminal`: it may ask the person (sudo's password).
 * @throws {Error} With all that the command wrote.
 */
export function runCommand([path, ...args], { env = {}, terminal = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [terminal ? 'inherit' : 'ignore', 'pipe', 'pipe'];
    const child = spawn(path, args, { cwd: root, env: { ...process.env, ...env }, stdio });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => reject(error.code === 'ENOENT' ? new Error(`${path} is not installed.`) : error));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${[path, ...args].join(' ')} failed (${signal ?? `exit ${code}`}):\n${output.trim()}`));
    });
  });
}
