import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNetwork, openEmbedder, startFrom } from '@pocketnet/lab';
import { fromArray, liveTensors, ops, saveTensors, type Tensor } from '@pocketnet/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNetwork, runnableNetworks } from './random-network.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

type State = ReadonlyMap<string, Tensor>;

/** Writes tensors as a tool might, without a word about their network. */
function saved(state: Iterable<[string, Tensor]>, name = 'weights.pth'): string {
  const plain = join(folder, name.endsWith('.safetensors') ? 'plain.safetensors' : 'plain.pth');
  saveTensors(plain, new Map(state));
  renameSync(plain, join(folder, name));
  return join(folder, name);
}

const under = (prefix: string, state: State): [string, Tensor][] =>
  [...state].map(([name, tensor]) => [prefix + name, tensor]);

const digest = (tensor: Tensor): string => createHash('sha1').update(tensor.toArray()).digest('hex');

const values = (state: State): [string, string][] => Array.from(state, ([name, tensor]) => [name, digest(tensor)]);

/** What others' files look like, made of a network's state. */
const forms: Record<string, (state: State) => [string, Tensor][]> = {
  ...Object.fromEntries(
    [
      '',
      '_orig_mod.',
      'module._orig_mod.',
      'model.',
      'state_dict.module.',
      'state_dict_backbone.',
      'net.0.f-',
      'a.b.c.d.',
    ].map((prefix) => [`the prefix "${prefix}"`, (state: State) => under(prefix, state)]),
  ),
  'operations counted in every module': (state) => [
    ...state,
    ...[...new Set([...state.keys()].map((name) => name.replace(/[^.]*$/, '')))].map((module): [string, Tensor] => [
      `${module}total_ops`,
      ops.zeros([1], 'float64'),
    ]),
  ],
  'batches not counted': (state) => [...state].filter(([name]) => !name.endsWith('num_batches_tracked')),
  'batches counted in vectors of one': (state) =>
    Array.from(state, ([name, tensor]) => [name, tensor.shape.length === 0 ? ops.reshape(tensor, [1]) : tensor]),
  'an optimiser, a head and a running average beside it': (state) => [
    ...under('state_dict.', state),
    ['head.kernel', ops.zeros([7, state.size])],
    ['optimizer.state.0.exp_avg', ops.zeros([3])],
    ...under('state_dict_ema.', new Map([...state].map(([name, tensor]) => [name, ops.zeros(tensor.shape)]))),
  ],
  'a head at its side': (state) => [...state, ['kernel', ops.zeros([9, 5])]],
};

/** One of each kind: the others of a kind differ in numbers alone. */
const oneOfEach = runnableNetworks.filter(({ name }) => /xs-64|iresnet-18|mobilefacenet/.test(name));

describe.each(oneOfEach)('weights of $name', ({ name, embedding }) => {
  let state: State;
  beforeAll(() => {
    const network = randomNetwork(name, { input: 32 });
    state = network.stateDict();
  });

  it.each(Object.keys(forms))('are read with %s, and nothing leaks', (form) => {
    const path = saved(forms[form]?.(state) ?? []);
    const before = liveTensors();
    const loaded = loadNetwork(path, name);
    const zero = createHash('sha1').update(new BigInt64Array(1)).digest('hex');
    expect(values(loaded.network.stateDict())).toEqual(
      values(state).map(([key, value]) => [
        key,
        form === 'batches not counted' && key.endsWith('num_batches_tracked') ? zero : value,
      ]),
    );
    loaded.network.dispose();
    expect(liveTensors()).toBe(before);
  });

  it.each(['x.ckpt', 'x.pth.tar', 'x', 'x.onnx'])('are read from a file called %s', (file) => {
    const path = saved(state, file);
    const { network, entry } = loadNetwork(path);
    expect(entry.name).toBe(name);
    network.dispose();
  });

  it.each([
    [32, embedding],
    [64, 48],
    [112, 512],
  ])('tell their network, an input of %i and an embedding of %i by their shapes', (input, width) => {
    const network = randomNetwork(name, { input, embedding: width });
    const kernel = ops.zeros([width, 1234]);
    const path = saved([...under('backbone.', network.stateDict()), ['classifier.weight', kernel]], 'shapes.ckpt');
    const loaded = loadNetwork(path);
    // Networks of one name but another width are one network.
    expect(loaded.entry.name.replace(/-\d+$/, '')).toBe(name.replace(/-\d+$/, ''));
    expect([loaded.input, loaded.embedding, loaded.classes]).toEqual([input, width, 1234]);
    for (const one of [network, loaded.network]) one.dispose();
  });

  it('are refused where an entry is missing, is one too many, or has another shape, by its name and with the network', () => {
    const [[first = '', tensor] = []] = [...state];
    const rest = [...state].slice(1);
    const refused = (entries: [string, Tensor][], message: RegExp) =>
      expect(() => loadNetwork(saved(under('model.', new Map(entries)), 'bad.ckpt'), name)).toThrow(message);
    const told = `bad\\.ckpt: These weights do not fit ${name}`;
    const quoted = first.replaceAll('.', '\\.');
    refused(rest, new RegExp(`${told}: 1 missing \\(${quoted}\\).*prefix "model\\."`));
    if (!tensor) throw new Error('A network has entries.');
    refused([...state, [first.replace(/[^.]*$/, 'gamma'), tensor]], new RegExp(`${told}: 1 unknown \\(.*gamma\\)`));
    refused([[first, ops.zeros([2, 2])], ...rest], new RegExp(`${told}: 1 of another shape \\(${quoted} \\[2,2\\]`));
    expect(() => loadNetwork(saved(rest, 'bad.pth'))).toThrow(
      new RegExp(`The closest is ${name.replace(/\d+$/, '')}.*1 missing`),
    );
  });

  it('start another training behind a prefix as well', () => {
    const network = randomNetwork(name, { input: 32 }, 2);
    startFrom(network, saved(under('module.', state), 'start.ckpt'));
    expect(values(network.stateDict())).toEqual(values(state));
    network.dispose();
  });
});

describe('weights under a wrong name', () => {
  it('are said to be those of the network that they fit', () => {
    const state = randomNetwork('pocketnet-t-128').stateDict();
    expect(() => loadNetwork(saved(state), 'pocketnet-xs-64')).toThrow(
      /do not fit pocketnet-xs-64.*They are those of pocketnet-t-128/,
    );
  });

  it('of a deeper network are not read as those of a shallower one, whose names it has all', () => {
    const state = randomNetwork('iresnet-34', { input: 16, embedding: 8 }).stateDict();
    expect(() => loadNetwork(saved(state), 'iresnet-18')).toThrow(/unknown \(layer1\.2.*They are those of iresnet-34/);
  });

  it('that are no network at all are told the closest', async () => {
    const path = saved([['layer.weight', fromArray(new Float32Array(4), [2, 2])]], 'foreign.bin');
    expect(() => loadNetwork(path)).toThrow(/foreign\.bin: These weights do not fit any network here\. The closest is/);
    await expect(openEmbedder(path)).rejects.toThrow(/foreign\.bin/);
  });
});
