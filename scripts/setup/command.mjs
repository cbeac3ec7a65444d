import { spawn } from 'node:child_process';
import { root } from './root.mjs';

/**
 * Runs a command, in the checkout unless `cwd` says, and keeps its output to itself, unless it fails.
 *
 * @param {string[]} command
 * @param {{ cwd?: string, env?: Record<string, string>, terminal?: boolean }} [options] `terminal`: it may ask the person (sudo's password).
 * @returns {Promise<string>} what it wrote on stdout
 * @throws {Error} With all that the command wrote.
 */
export function runCommand([path, ...args], { cwd = root, env = {}, terminal = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = [terminal ? 'inherit' : 'ignore', 'pipe', 'pipe'];
    const child = spawn(path, args, { cwd, env: { ...process.env, ...env }, stdio });
    let output = '';
    let result = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.stdout.on('data', (text) => (result += text));
    child.on('error', (error) => reject(error.code === 'ENOENT' ? new Error(`${path} is not installed.`) : error));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(result);
      else reject(new Error(`${[path, ...args].join(' ')} failed (${signal ?? `exit ${code}`}):\n${output.trim()}`));
    });
  });
}
