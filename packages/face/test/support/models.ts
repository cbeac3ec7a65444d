import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../../models/${path}`, import.meta.url)));

/** The released detector and network. */
export const detector = read('yunet/yunet.pnet');
export const embedder = read('pocketnet-s-128/pocketnet-s-128.pnet');
