import { exportNetwork, PocketNet, randomGenotype, usualFrame } from '@pocketnet/lab';
import { compareRuns, compileGraph, encodeModel, openModel } from '@pocketnet/onnx';
import { scope } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_FORMS } from '../../onnx/test/engine-forms.js';
import { anyFrame } from './any-frame.js';
import { noise, randomised, randomNetwork, runnableNetworks } from './random-network.js';

/** How many genotypes: POCKETNET_GENOTYPES=200 for a long look. */
const genotypes = Number(process.env.POCKETNET_GENOTYPES ?? 12);

type Exported = ReturnType<typeof exportNetwork>;

/** Every build of the engine beside ONNX Runtime: the largest relative difference of an embedding. */
async function differences({ graph, metadata }: Exported, side: number): Promise<Record<string, number>> {
  const image = noise(1, side);
  const model = await openModel(encodeModel(graph, { metadata }), { threads: 1 });
  const reference = (await model.run({ input: { data: image, dims: [1, 3, side, side] } })).embedding;
  await model.close();
  const { bytes } = compileGraph(graph, { metadata });
  const found: Record<string, number> = {};
  for (const [form, open] of Object.entries(ENGINE_FORMS)) {
    const plan = await open(bytes);
    found[form] = compareRuns(reference?.data as Float32Array, plan.run(image).embedding as Float32Array).maxRelative;
    plan.close();
  }
  return found;
}

function expectClose(found: Record<string, number>): void {
  for (const [form, difference] of Object.entries(found)) expect(difference, form).toBeLessThan(1e-4);
}

describe('a network compiled for the engine', () => {
  it.each(runnableNetworks.map(({ name, embedding }) => ({ name, embedding, input: 112 })))(
    '$name embeds as in ONNX Runtime',
    async ({ name, embedding, input }) => {
      const network = randomNetwork(name, { input, embedding });
      const exported = exportNetwork(network, { name, embedding, input });
      network.dispose();
      expectClose(await differences(exported, input));
    },
  );

  it('embeds so with any genotype, frame and size', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          genotype: fc.nat(1e6),
          frame: fc.integer({ min: 1, max: 20 }).chain((channels) => anyFrame({ channels })),
          side: fc.integer({ min: 1, max: 5 }),
        }),
        async ({ genotype, frame, side }) => {
          const shape = { ...frame, embedding: 9, input: 32 * side };
          const exported = scope(() => {
            const network = randomised(new PocketNet({ genotype: randomGenotype(genotype), ...shape }));
            const own = exportNetwork(network, { name: 'random', embedding: shape.embedding, input: shape.input });
            network.dispose();
            return own;
          });
          expectClose(await differences(exported, shape.input));
        },
      ),
      // The example's nodes run side by side while one of them takes a value for the last time.
      {
        numRuns: genotypes,
        examples: [[{ genotype: 331372, frame: { channels: 1, cells: 3, stemMultiplier: 1, ...usualFrame }, side: 2 }]],
      },
    );
  });
});
