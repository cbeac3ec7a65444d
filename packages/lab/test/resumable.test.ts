import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Owner } from '@pocketnet/files/node';
import {
  type Recipe,
  recipeDifferences,
  recipeDigest,
  refuseOther,
  search,
  type TrainOptions,
  without,
} from '@pocketnet/lab';
import { loadTensors, saveTensors, scope } from '@pocketnet/torch';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { experiment, metadata, run, weights, workplace } from './experiment.js';
import { tinySearch as tiny } from './tiny-search.js';

const at = workplace();

/** Recipes of any depth. */
const recipes = fc.letrec<{ recipe: Recipe; value: unknown }>((tie) => ({
  recipe: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('value'), { maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.constant(null), fc.array(fc.integer()), tie('recipe')),
})).recipe;

/** The same with every mapping's keys in the other order. */
const turned = (recipe: Recipe): Recipe =>
  Object.fromEntries(
    Object.entries(recipe)
      .reverse()
      .map(([key, value]) => [
        key,
        typeof value === 'object' && value !== null && !Array.isArray(value) ? turned(value as Recipe) : value,
      ]),
  );

describe('a recipe', () => {
  test('has a digest that its values decide and their order does not, and no other difference from itself', () => {
    fc.assert(
      fc.property(recipes, recipes, (one, other) => {
        expect(recipeDigest(turned(one))).toBe(recipeDigest(one));
        const [there, back] = [recipeDifferences(one, other), recipeDifferences(other, one)];
        expect(recipeDigest(one) === recipeDigest(other)).toBe(there.size === 0);
        expect([...there.keys()].sort()).toEqual([...back.keys()].sort());
      }),
    );
  });

  test("differs by either side's extra keys, and names what was and what is", () => {
    const differences = (before: Recipe, now: Recipe) => [...recipeDifferences(before, now).values()];
    expect(differences({ lr: 0.1, budget: { target: 1 } }, { lr: 0.1 })).toEqual(['budget.target was 1 and is none']);
    expect(differences({ lr: 0.1 }, { lr: 0.1, ema: 0.9 })).toEqual(['ema was none and is 0.9']);
    expect(differences({ head: null }, { head: { kind: 'arcface' } })).toEqual([
      'head was null and is none',
      'head.kind was none and is "arcface"',
    ]);
    expect(without({ a: 1, data: { size: 32, workers: 1 } }, ['data.workers', 'b'])).toEqual({
      a: 1,
      data: { size: 32 },
    });
  });

  test('may be changed where that is possible and asked for by name, and nowhere else', () => {
    const [before, now] = [
      { lr: 0.1, size: 64, schedule: { kind: 'step', gamma: 0.1 } },
      { lr: 0.2, size: 64 },
    ];
    const refuse =
      (change: string[], is: Recipe = now) =>
      () =>
        refuseOther('runs/x', 'training', before, is, ['lr', 'schedule'], change);
    expect(refuse([])).toThrow(
      'runs/x cannot be resumed as another training: lr was 0.1 and is 0.2; schedule.kind was "step" and is none; ' +
        'schedule.gamma was 0.1 and is none. Start a new folder for it, or go on with it: --change lr --change schedule.',
    );
    expect(refuse(['lr'])).toThrow(/training: schedule\.kind was "step" and is none.*--change schedule\.$/);
    expect(refuse(['lr', 'schedule'])()).toHaveLength(3);
    expect(refuse(['lr', 'schedule'], { ...now, size: 32 })).toThrow(
      /: size was 64 and is 32\. Start a new folder for it\.$/,
    );
    expect(refuse(['size'])).toThrow('"size" cannot be changed in a training under way, only lr, schedule.');
  });
});

describe('a training', () => {
  const config = { maxSteps: 6, schedule: { kind: 'cosine', warmupSteps: 2 } };
  const resumed = (from: string, name: string, changes: object, options: Partial<TrainOptions> = {}, data = {}) => {
    cpSync(at(from), at(name), { recursive: true });
    return run(at(name), experiment({ ...config, ...changes }, data), { resume: true, ...options });
  };
  beforeAll(async () => {
    await run(at('whole'), experiment(config));
    await run(at('part'), experiment(config), { signal: AbortSignal.abort() });
  });

  test.each([
    ['lr', { lr: 0.02 }, /: lr was 0\.05 and is 0\.02\..*--change lr\.$/],
    [
      'schedule',
      { schedule: { kind: 'constant' } },
      /schedule\.kind was "cosine" and is "constant".*--change schedule/,
    ],
    ['steps, which its cosine follows', { maxSteps: 8 }, /: steps was 6 and is 8\..*--change steps\.$/],
    ['margin', { head: { kind: 'arcface', scale: 16, margin: 0.3 } }, /head\.margin was 0\.1 and is 0\.3/],
    ['seed', { seed: 9 }, /: seed was 0 and is 9\. Start a new folder for it\.$/],
  ])('is not resumed with another %s', async (what, changes, message) => {
    const before = readFileSync(at('part', 'checkpoint.safetensors'));
    await expect(resumed('part', `other ${what}`, changes)).rejects.toThrow(message);
    expect(readFileSync(at(`other ${what}`, 'checkpoint.safetensors')).equals(before)).toBe(true);
  });

  test('belongs to one process at a time, which is named; a folder whose owner is gone is free again', async () => {
    cpSync(at('part'), at('owned'), { recursive: true });
    const owner = await Owner.claim(at('owned'), 'run');
    const again = () => run(at('owned'), experiment(config), { resume: true });
    const before = readFileSync(at('owned', 'checkpoint.safetensors'));
    await expect(again()).rejects.toThrow('this process has this run open');
    expect(readFileSync(at('owned', 'checkpoint.safetensors')).equals(before)).toBe(true);
    await owner.release();
    expect(weights((await again()).out).equals(weights(at('whole')))).toBe(true);
  });

  test('goes on at another rate when that is said, and its log says from where', async () => {
    const { out, metrics, steps } = await resumed('part', 'slower', { lr: 0.001 }, { change: ['lr'] });
    expect(steps).toBe(6);
    expect(Math.max(...metrics.filter(({ step }) => step > 1).map(({ lr }) => Number(lr)))).toBeLessThanOrEqual(0.001);
    expect(readFileSync(join(out, 'training.log'), 'utf8')).toMatch(/-From step 1 on: lr was 0\.05 and is 0\.001\n/);
    await expect(run(out, experiment(config), { resume: true })).rejects.toThrow(/lr was 0\.001 and is 0\.05/);
  });

  test('reaches the same weights whatever of what no number follows from is another', async () => {
    const changes = {
      ...{ name: 'moved', logEvery: 3, checkpointEvery: 2, evalEvery: 4, keepEpochs: true, keepCheckpoints: 1 },
      ...{ epochs: 3, maxSteps: undefined }, // as many steps
    };
    const data = { workers: 1, onBadImage: 'skip' };
    const { out, recipe } = await resumed('part', 'moved', changes, {}, data);
    expect(weights(out).equals(weights(at('whole')))).toBe(true);
    expect(metadata(out).recipe).toBe(recipe);
    expect(recipe).toMatch(/^[0-9a-f]{16}$/);
  });

  test('of before December 2026 goes on to the same weights, and is still no other experiment', async () => {
    const file = at('part', 'checkpoint.safetensors');
    scope(() => {
      const { tensors, metadata } = loadTensors(file);
      // As the programs of November wrote it.
      const recipe = {
        ...{ network: 'pocketnet-xs-64', embedding: '64', input: '32' },
        ...{ data: 'generated:identities=4,images=4,seed=1,size=32', seed: '0', images: 16, identities: 4, batch: 8 },
        ...{ augment: [{ name: 'flip', p: 0.5 }], head: 'arcface' },
      };
      cpSync(at('part'), at('november'), { recursive: true });
      saveTensors(at('november', 'checkpoint.safetensors'), tensors, {
        position: metadata.position ?? '',
        recipe: JSON.stringify(recipe),
      });
    });
    await expect(resumed('november', 'december other', { batch: 4, ema: 0.9 })).rejects.toThrow(
      /: batch was 8 and is 4; ema was none and is 0\.9\. Start a new folder/,
    );
    const { out } = await resumed('november', 'december', {});
    expect(weights(out).equals(weights(at('whole')))).toBe(true);
    // From then on its whole recipe counts.
    await expect(resumed('december', 'december faster', { lr: 0.1 })).rejects.toThrow(/lr was 0\.05 and is 0\.1/);
  });

  test('is no search, and the other way round', async () => {
    const options = { quiet: true, resume: true };
    await expect(search(tiny(), { out: at('part'), ...options })).rejects.toThrow(
      /checkpoint.* is no checkpoint of a search/,
    );
    await search(tiny({ maxSteps: 1 }), { out: at('search'), quiet: true });
    await expect(run(at('search'), experiment(), options)).rejects.toThrow(/is no checkpoint of a training/);
  });
});

test('a search goes on at another rate when that is said, and from checkpoints of before December 2026', async () => {
  const out = at('searching');
  await search(tiny({ maxSteps: 2 }), { out, quiet: true });
  const file = join(out, 'checkpoint.safetensors');
  scope(() => {
    const { tensors, metadata } = loadTensors(file);
    const { format: _, ...november } = metadata;
    saveTensors(file, tensors, november);
  });
  const again = (change: string[]) =>
    search(tiny({ lr: 0.02, maxSteps: 3 }), { out, quiet: true, resume: true, change });
  await expect(again([])).rejects.toThrow(/search: lr was 0\.05 and is 0\.02.*--change lr/);
  await expect(again(['batch'])).rejects.toThrow('"batch" cannot be changed in a search under way');
  expect(await again(['lr'])).toMatchObject({ steps: 3 });
  expect(scope(() => loadTensors(file).metadata.format)).toBe('2');
});
