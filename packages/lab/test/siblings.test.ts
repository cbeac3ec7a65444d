import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLoader, generatedPairs, writePairs } from '@pocketnet/data';
import { createResidentLoader, findGenotype, onHost, openEmbeddings, runSuite, writeGenotype } from '@pocketnet/lab';
import { describe, expect, it } from 'vitest';
import { experiment, run, workplace } from './experiment.js';
import './siblings/augmentation.js';
import './siblings/benchmark.js';
import './siblings/head.js';
import './siblings/primitive.js';

const at = workplace();
const head = (options: object = {}) => ({ kind: 'tempered', scale: 16, ...options });
const augment = [
  { name: 'flip', p: 0.5 },
  { name: 'dim', most: 0.8 },
];

describe('siblings of one file each, added through the public door', () => {
  it('train a step and measure what came of it', async () => {
    const { normal, ...others } = findGenotype('softmax_casia');
    const own = normal.map((node) => node.map(([, from]) => ['plain_conv_3x3', from] as const));
    writeFileSync(at('own.txt'), writeGenotype({ ...others, normal: own }));
    const config = experiment({ maxSteps: 1, genotype: at('own.txt'), head: head() }, { augment });
    expect(config.config.head).toEqual({ kind: 'tempered', scale: 16, sharded: false, sampling: 1, temper: 0.9 });
    const { out, metrics } = await run(at('trained'), config);
    expect(metrics.map(({ loss }) => loss)).toEqual([expect.any(Number)]);

    mkdirSync(at('data'));
    writePairs(at('data', 'twins.bin'), generatedPairs({ pairs: 12, identities: 6, size: 32 }));
    const model = join(out, 'last.safetensors');
    const source = await openEmbeddings(model);
    const options = { model, suite: 'quick', data: at('data'), machine: 'test', samples: 10 } as const;
    const { evaluation } = await runSuite(source, options);
    await source.close();
    expect(evaluation.benchmarks.map(({ name, about }) => [name, about])).toEqual([
      ['twins', expect.stringMatching(/^Twins, who are hard to tell apart\. 12 pairs in 2 folds/)],
    ]);
  });

  it('make a difference: the head to the loss, the augmentation to the images', async () => {
    const loss = async (name: string, more: object, data: Record<string, unknown> = {}) =>
      Number((await run(at(name), experiment({ maxSteps: 1, head: head(more) }, data))).metrics[0]?.loss);
    const plain = await loss('plain', {});
    expect(await loss('again', {})).toBe(plain);
    expect(await loss('cooler', { temper: 0.5 })).not.toBe(plain);
    // Without its temper it is CosFace without its margin.
    expect(await loss('untempered', { temper: 1 })).toBe(await loss('cosface', { kind: 'cosface', margin: 0 }));
    expect(await loss('dimmed', {}, { augment })).not.toBe(plain);
  });

  it('are checked as those of the repository are', () => {
    expect(() => experiment({ head: head({ tempr: 1 }) })).toThrow(/head\.tempr: unknown key; did you mean "temper"\?/);
    expect(() => experiment({ head: head({ temper: 2 }) })).toThrow(/head\.temper: /);
    expect(() => experiment({ head: { kind: 'temper' } })).toThrow(
      /head\.kind: there is no "temper"; there are arcface, .*tempered/,
    );
    expect(() => experiment({}, { augment: [{ name: 'dim', most: 2 }] })).toThrow(
      /data\.augment\[0\]: Augmentation dim: most \(largest share of the light that is lost\) is a number from 0 to 1, not 2/,
    );
    expect(() => experiment({}, { augment: [{ name: 'dimm' }] })).toThrow(/There are: flip, .*dim\./);
  });

  it('an augmentation without an executor on tensors does to images on the device what it does to pictures', async () => {
    const options = { batch: 8, size: 32, seed: 5, workers: 0, augment };
    const location = 'generated:identities=4,images=4,seed=1,size=32';
    const [pictures, tensors] = [
      createLoader(location, options),
      await createResidentLoader(location, { ...options, device: 'cpu', quiet: true }),
    ];
    const other = tensors.epoch(0);
    for await (const batch of pictures.epoch(0)) {
      const same = (await other.next()).value;
      expect(same.mirrored).toEqual(Uint8Array.from(batch.mirrored));
      const [a, b] = [onHost(same.images), batch.images];
      expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 9))))).toBeLessThan(1e-6);
      same.release();
      batch.release();
    }
    await pictures.close();
    await tensors.close();
  });
});

it('CONTRIBUTING.md shows these files as they are', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../CONTRIBUTING.md', import.meta.url)), 'utf8');
  const folder = fileURLToPath(new URL('./siblings', import.meta.url));
  for (const name of readdirSync(folder)) expect(page).toContain(readFileSync(join(folder, name), 'utf8'));
});
