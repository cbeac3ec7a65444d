import { setThreads } from '@pocketnet/torch';
import { loadNetwork } from '../networks/index.js';
import type { Embedder, OpenOptions } from './embedder.js';
import { networkEmbedder } from './network.js';

/** An embedder from weights, of any file that `loadNetwork` reads, on libtorch. */
export async function openWeights(path: string, { network: name, threads }: OpenOptions = {}): Promise<Embedder> {
  if (threads !== undefined) setThreads(threads);
  const { network, entry, embedding, input } = loadNetwork(path, name);
  const embedder = networkEmbedder(network, { name: entry.name, dimension: embedding, size: input, frozen: true });
  return {
    ...embedder,
    async close() {
      await embedder.close();
      network.dispose();
    },
  };
}
