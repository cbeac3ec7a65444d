import { randomState, setRandomState } from '@pocketnet/torch';
import { z } from 'zod';
import { kindOfFile } from '../../embedders/kind.js';
import { networkEmbedder } from '../../embedders/network.js';
import { type LoadedNetwork, loadNetwork } from '../../networks/index.js';
import { defineTeacher } from './teacher-kind.js';

/** Weights of a registered network. */
export const weightsTeacher = defineTeacher({
  name: 'weights (.safetensors, .pth and others)',
  options: {
    network: z.string().min(1).exactOptional().describe('Which network weights are of, where the file does not say.'),
    precision: z
      .enum(['float32', 'bf16'])
      .default('float32')
      .describe('Of a teacher from weights that looks in every step; caches are made in float32.'),
  },
  matches: (path) => kindOfFile(path) === 'weights',
  async open(path, { network: name, precision }, device, exact) {
    const { network, entry, embedding, input } = withoutDrawing(() => loadNetwork(path, name));
    const embedder = networkEmbedder(network.to({ device }), {
      name: entry.name,
      dimension: embedding,
      size: input,
      device,
      frozen: true,
      precision: exact ? 'float32' : precision,
    });
    return {
      ...embedder,
      async close() {
        await embedder.close();
        network.dispose();
      },
    };
  },
});

/**
 * Leaves the engine's generator as it was. A network is drawn before its weights are read; without this a student's margins would depend on
 * whether a cache was there, and on where a run was resumed.
 */
function withoutDrawing(load: () => LoadedNetwork): LoadedNetwork {
  const state = randomState();
  try {
    return load();
  } finally {
    setRandomState(state);
    state.dispose();
  }
}
