// The C++ compiler, and running it.
import { spawn } from 'node:child_process';

/**
 * @typedef {object} Compiler
 * @property {string} path What to run: CXX, else g++.
 * @property {string} name Its first line of --version.
 */

/**
 * @returns {Promise<Compiler>}
 * @throws {Error} When there is none, with how to get one.
 */
export async function compilerOf() {
  const path = process.env.CXX || 'g++';
  try {
    const { stdout } = await run([path, '--version']);
    return { path, name: stdout.split('\n')[0] ?? path };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(
      `No C++ compiler: ${path} is not there. Install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++) ` +
        'or name one with CXX=<command>.',
    );
  }
}

/**
 * Runs a command to its end.
 *
 * @param {string[]} command
 * @returns {Promise<{ stdout: string }>}
 * @throws {Error} With what the command wrote to stderr when it fails; `code` is ENOENT when it does not exist.
 */
export function run([path, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) return resolve({ stdout });
      const killed = signal === 'SIGKILL' ? ' It was killed, likely for want of memory: try JOBS=1.' : '';
      reject(new Error(`${path} failed (${signal ?? `exit ${status}`}).${killed}\n${stderr.trim()}`));
    });
  });
}
