// One set-up at a time in a checkout. The lock is a socket without a file (Linux's abstract namespace): the system lets go of it
// whenever its process ends, so a killed set-up never blocks the next.
import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { root } from './root.mjs';

/**
 * @param {(line: string) => void} log
 * @param {() => Promise<void>} work
 */
export async function withLock(log, work) {
  if (process.platform !== 'linux') return work();
  const { dev, ino } = statSync(root);
  const name = `\0pocketnet-setup-${dev}-${ino}`;
  let server = await tryToHold(name);
  if (!server) log('another set-up is at work in this checkout; waiting for it');
  while (!server) {
    await untilReleased(name);
    server = await tryToHold(name);
  }
  try {
    await work();
  } finally {
    server.close();
  }
}

/** @returns {Promise<import('node:net').Server | undefined>} Nothing when another process holds it. */
function tryToHold(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((waiting) => waiting.on('error', () => {}).unref());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server.unref()));
  });
}

/** A connection to the holder lasts as long as the holder does. */
function untilReleased(name) {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(resolve, 100));
    socket.resume();
  });
}
