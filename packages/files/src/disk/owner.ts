import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { FileError } from '../file-error.js';

/**
 * The one process that a file or folder belongs to: a gallery's log, a run. It listens at a socket beside the file, which the system shuts whatever ends the
 * process; a number in a lock file may belong to another process by then. A socket that nobody listens at is a dead owner's, and is taken over.
 */
export class Owner {
  private constructor(private readonly server: Server) {}

  /**
   * @param what the path is: `gallery`, `run`
   * @throws FileError that names the owner where there is one
   */
  static async claim(path: string, what: string): Promise<Owner> {
    const address = addressOf(path);
    const first = await listen(address);
    if (first) return new Owner(first);
    await refuseIfAlive(path, address, what);
    // A socket is left, and nobody listens. Only one process may clear it away, or one could clear away another's fresh one.
    const turn = process.platform === 'linux' ? await listenWhenFree(`\0pocketnet:${hashOf(path)}`) : undefined;
    try {
      await refuseIfAlive(path, address, what);
      if (!isAbstract(address)) rmSync(address, { force: true });
      const second = await listen(address);
      if (second) return new Owner(second);
      await refuseIfAlive(path, address, what);
      throw new FileError(path, `${address} cannot be listened at. Remove it, and try again.`);
    } finally {
      turn?.close();
    }
  }

  release(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** Linux' sockets without a file, which leave nothing behind. */
const isAbstract = (address: string): boolean => address.startsWith('\0');

/** Longest path a socket may have everywhere. */
const LONGEST = 100;

function addressOf(path: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\pocketnet-${hashOf(path)}`;
  const beside = join(realFolder(path), `.${basename(path)}.owner`);
  if (Buffer.byteLength(beside) <= LONGEST) return beside;
  // The same for all, from whatever folder they ask: a shorter way that some have would let two in.
  if (process.platform === 'linux') return `\0pocketnet:owner:${hashOf(path)}`;
  const near = relative(process.cwd(), beside);
  if (Buffer.byteLength(near) <= LONGEST) return near;
  throw new FileError(path, `its path is too long for a socket beside it. Work from a folder nearer to it.`);
}

const realFolder = (path: string): string => {
  try {
    return realpathSync(dirname(path));
  } catch (cause) {
    throw new FileError(path, `its folder does not exist. Make it first.`, { cause });
  }
};

const hashOf = (path: string): string =>
  createHash('sha256')
    .update(join(realFolder(path), basename(path)))
    .digest('hex')
    .slice(0, 32);

/** Listens and tells whoever asks who it is; undefined where the address is taken. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((asking) => {
      asking.on('error', () => undefined);
      asking.end(`${process.pid}\n`);
    });
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') resolve(undefined);
      else reject(new FileError(address, `cannot be listened at: ${cause.message}`, { cause }));
    });
    // exclusive: the workers of a cluster would share one socket
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

async function listenWhenFree(address: string): Promise<Server> {
  for (;;) {
    const server = await listen(address);
    if (server) return server;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** @throws FileError where somebody listens at the address */
async function refuseIfAlive(path: string, address: string, what: string): Promise<void> {
  const owner = await ask(address);
  if (owner === undefined) return;
  throw new FileError(
    path,
    `${owner} has this ${what} open, and it belongs to one process at a time. Close it there, or use that process.`,
  );
}

/** Who listens at the address, or undefined where nobody does. */
function ask(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(address);
    socket.setEncoding('utf8');
    socket.setTimeout(500, () => socket.destroy()); // it lives, but is busy
    let nobody = false;
    socket.on('data', (text) => {
      heard += text;
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      nobody = code === 'ECONNREFUSED' || code === 'ENOENT'; // 'close' follows
    });
    socket.once('close', () => {
      const number = Number.parseInt(heard, 10);
      const name = number === process.pid ? 'this process' : number > 0 ? `process ${number}` : 'another process';
      resolve(nobody ? undefined : name);
    });
  });
}
