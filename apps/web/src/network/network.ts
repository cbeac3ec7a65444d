import { computed, signal } from '@preact/signals';
import { openPocketNet, type PocketNet } from 'pocketnet';
import { fetchBytes } from './fetch-bytes.js';
import { detectorAddress, networks } from './networks.js';

/** Which network, and how it computes. */
export interface Choice {
  /** A name of {@link networks}, or of a file that was dropped. */
  readonly name: string;
  /** Bytes of a file that was dropped. */
  readonly bytes?: Uint8Array | undefined;
  /** The same results everywhere, to the bit. */
  readonly strict: boolean;
}

export type Opened =
  | { readonly state: 'loading'; readonly share: number }
  | { readonly state: 'ready'; readonly net: PocketNet; readonly bytes: number }
  | { readonly state: 'failed'; readonly message: string };

export const choice = signal<Choice>({ name: networks[0]?.name ?? '', strict: false });
export const opened = signal<Opened>({ state: 'loading', share: 0 });
/** The network, as soon as it is open. */
export const net = computed(() => (opened.value.state === 'ready' ? opened.value.net : undefined));

/** For networks that say nothing of their cosines. */
const UNCALIBRATED = { usual: 0.25, strict: 0.35 };

/** From which cosines on two faces may be, and are one person's. */
export const cosines = ({ rates, thresholds }: PocketNet): { readonly usual: number; readonly strict: number } =>
  rates ? thresholds() : UNCALIBRATED;

let detector: Promise<Uint8Array> | undefined;
let turn = 0;

/** Opens a network in a worker in place of the one that is open. Where it is none, the old one stays, and the Error says why. */
export async function openNetwork(wanted: Choice): Promise<void> {
  const mine = ++turn;
  const before = opened.peek();
  opened.value = { state: 'loading', share: 0 };
  try {
    const address = networks.find(({ name }) => name === wanted.name)?.address ?? '';
    const progress = (got: number, of: number): void => {
      if (mine === turn) opened.value = { state: 'loading', share: got / of };
    };
    detector ??= fetchBytes(detectorAddress, () => undefined);
    const [found, embedder] = await Promise.all([detector, wanted.bytes ?? fetchBytes(address, progress)]);
    const net = await openPocketNet({
      ...{ detector: found, embedder, engine: wanted.strict ? 'strict' : 'fastest' },
      worker: () => new Worker(new URL('../workers/recognise.ts', import.meta.url), { type: 'module' }),
    });
    if (mine !== turn) return net.close();
    if (before.state === 'ready') before.net.close();
    choice.value = wanted;
    opened.value = { state: 'ready', net, bytes: found.length + embedder.length };
  } catch (cause) {
    if (mine !== turn) return;
    detector = undefined;
    if (before.state === 'ready') opened.value = before;
    else opened.value = { state: 'failed', message: (cause as Error).message };
    throw cause;
  }
}

/** Resolves with the network as soon as it is open. */
export function whenOpen(): Promise<PocketNet> {
  return new Promise((resolve, reject) => {
    let done = false;
    const stop = opened.subscribe((now) => {
      if (done || now.state === 'loading') return;
      done = true;
      queueMicrotask(() => stop());
      if (now.state === 'ready') resolve(now.net);
      else reject(new Error(now.message));
    });
  });
}
