import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTensors, ops, scope, type Tensor } from '@pocketnet/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, signalledAt, workplace, writeTinyConfig } from './pocketnet.js';

describe('training by two processes', () => {
  const place = workplace();
  const at = { cwd: place.path };
  // At this rate a few steps carry no rounding over one of the network's kinks (PReLU).
  const command = (out: string, ...set: string[]): string[] => [
    ...['train', '--config', 'tiny.yaml', '--out', out],
    ...['data.val=[]', 'maxSteps=3', 'lr=0.001', ...set].flatMap((change) => ['--set', change]),
  ];
  const together = (...verb: string[]): string[] => ['launch', '--nproc', '2', '--', ...verb];
  const file = (out: string, name: string): string => join(place.path, out, `${name}.safetensors`);
  beforeAll(async () => {
    writeTinyConfig(place.path, 'none.bin');
    await json(command('teacher', 'seed=9'), at);
  });
  afterAll(() => place.remove());

  /** |a − b| / |b − start| over all weights: how far two runs are apart, in terms of how far they went. */
  const apart = (a: string, b: string, untrained: string): number =>
    scope(() => {
      const [first, second, begin] = [a, b, untrained].map((out) => loadTensors(file(out, 'last')).tensors);
      let [difference, way] = [0, 0];
      for (const [name, tensor] of second ?? []) {
        if (name.endsWith('num_batches_tracked')) continue;
        const to = (from: ReadonlyMap<string, Tensor> | undefined): number =>
          ops.norm(ops.sub(tensor, from?.get(name) as Tensor)).item(); // the same network, hence the same names
        difference += to(first) ** 2;
        way += to(begin) ** 2;
      }
      return Math.sqrt(difference / way);
    });

  it.each([
    ['labels', []],
    ['a head split over them', ['head={kind: arcface, sharded: true}']],
    ['a teacher', ['teacher.models=teacher/last.safetensors', 'teacher.cache=cache', 'teacher.weight=1000']],
  ])(
    'with half the batch each and synchronised statistics goes on like one with the whole, from %s',
    async (_, set) => {
      const name = (out: string): string => `${out}-${set.length}-${set[0] ?? ''}`.replaceAll(/[^\w-]/g, '');
      await json(command(name('start'), ...set, 'batch=16', 'maxSteps=1'), at);
      for (const out of ['one', 'two'])
        cpSync(join(place.path, name('start')), join(place.path, name(out)), { recursive: true });
      const one = await json([...command(name('one'), ...set, 'batch=16'), '--resume'], at);
      const halves = command(name('two'), ...set, 'batch=8', 'syncBatchNorm=true');
      const two = await json([...together(...halves), '--resume'], at);
      expect(two).toMatchObject({ steps: 3 });
      expect(Number(two.loss) / Number(one.loss)).toBeCloseTo(1, 4);
      expect(apart(name('two'), name('one'), name('start'))).toBeLessThan(1e-3);
    },
  );

  it('leaves a checkpoint of a split head that one process goes on from', async () => {
    const set = ['head={kind: arcface, sharded: true}', 'batch=8'];
    await json(together(...command('split', ...set)), at);
    scope(() => expect(loadTensors(file('split', 'checkpoint')).tensors.get('head.kernel')?.shape).toEqual([64, 8]));
    const rest = await json([...command('split', 'batch=16', 'maxSteps=4'), '--resume'], at);
    expect(rest).toMatchObject({ steps: 4 });
  });

  it('draws the classes of each process alike after it is resumed', async () => {
    const set = ['head={kind: arcface, sharded: true, sampling: 0.6}', 'batch=2', 'checkpointEvery=2'];
    await json(together(...command('drawn', ...set, 'maxSteps=6')), at);
    await json(together(...command('redrawn', ...set, 'maxSteps=4')), at);
    await json([...together(...command('redrawn', ...set, 'maxSteps=6')), '--resume'], at);
    expect(apart('redrawn', 'drawn', 'teacher')).toBe(0);
  });

  it('ends within 30 seconds when one is killed, and resumed reaches the weights of an undisturbed one', async () => {
    const steps = ['maxSteps=60', 'checkpointEvery=5', 'batch=8'];
    await json(together(...command('undisturbed', ...steps)), at);
    const checkpoint = file('killed', 'checkpoint');
    const env = { NODE_OPTIONS: `--import ${signalledAt(checkpoint, 'SIGKILL', 1)}` };
    const { code, stderr } = await pocketnet(together(...command('killed', ...steps)), { ...at, env });
    const seconds = (Date.now() - statSync(`${checkpoint}.signalled`).mtimeMs) / 1000;
    expect({ code, soon: seconds < 30 }).toEqual({ code: 1, soon: true });
    expect(stderr).toMatch(/rank 1 .*SIGKILL/);
    const rest = await pocketnet(together(...command('killed', ...steps), '--resume'), at);
    expect({ code: rest.code, stderr: rest.code === 0 ? '' : rest.stderr }).toEqual({ code: 0, stderr: '' });
    expect(apart('killed', 'undisturbed', 'teacher')).toBe(0);
  });
});

describe('a search by two processes', () => {
  const place = workplace();
  const at = { cwd: place.path };
  afterAll(() => place.remove());
  const search = (out: string, ...set: string[]): string[] => [
    ...['search', '--config', 'search.yaml', '--out', out],
    ...set.flatMap((change) => ['--set', change]),
  ];
  const together = (...verb: string[]): string[] => ['launch', '--nproc', '2', '--', ...verb];
  const alphas = async (out: string): Promise<number[]> => {
    const { alphas } = await json(['derive', '--checkpoint', out], at);
    return Object.values(alphas as Record<string, number[][][]>).flat(3);
  };
  beforeAll(() =>
    writeFileSync(
      join(place.path, 'search.yaml'),
      [
        'data: { train: "generated:identities=4,images=8,seed=1,size=32", size: 32, workers: 0, augment: [] }',
        'network: { channels: 4, cells: 3, nodes: 2 }',
        'batch: 8',
        'epochs: 2',
        'lr: 0.01',
        'threads: 1',
        'validateEvery: 2',
      ].join('\n'),
    ),
  );

  it('with half the batch each and synchronised statistics reaches the α of one with the whole', async () => {
    // At this rate two steps carry no rounding over one of the network's kinks (PReLU).
    const few = ['maxSteps=2', 'lr=0.001'];
    const one = await json(search('one', ...few), at);
    const two = await json(together(...search('two', 'batch=4', 'syncBatchNorm=true', ...few)), at);
    expect(two).toMatchObject({ steps: one.steps, epochs: one.epochs });
    await json(search('still', ...few, 'architect.warmupEpochs=1'), at);
    const [start, expected, found] = [await alphas('still'), await alphas('one'), await alphas('two')];
    expect(found.length).toBe(2 * 5 * 8);
    const largest = (others: readonly number[]): number =>
      Math.max(...found.map((alpha, i) => Math.abs(alpha - (others[i] ?? 0))));
    expect(largest(expected)).toBeLessThan(1e-5);
    expect(largest(start)).toBeGreaterThan(1e-3);
  });

  it('with statistics of their own keeps one α, and resumed goes on to the same', async () => {
    await json(together(...search('whole', 'batch=4')), at);
    expect(readFileSync(join(place.path, 'whole', 'training.log'), 'utf8')).toContain('batch 4 x 2 processes');
    await json(together(...search('parts', 'batch=4', 'maxSteps=3')), at);
    await json([...together(...search('parts', 'batch=4')), '--resume'], at);
    expect(await alphas('parts')).toEqual(await alphas('whole'));
  });
});
