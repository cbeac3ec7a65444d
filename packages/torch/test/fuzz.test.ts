import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operator, ops, type Tensor, tensor } from '@pocketnet/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { runChild } from './children/run.js';

// FUZZ_ROUNDS=100 runs a hundred times as many calls, FUZZ_SEED other ones. A failure names seed and call; `node
// test/fuzz/operators.mjs SEED CALL CALL+1 JOURNAL` repeats one.
const rounds = Number(process.env.FUZZ_ROUNDS ?? 1);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000));
const folder = mkdtempSync(join(tmpdir(), 'pocketnet-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fuzz(program: string, calls: number): void {
  const journal = join(folder, 'journal');
  for (let round = 0; round < rounds; round++) {
    const { status, signal, stdout, stderr } = runChild(
      program,
      [seed, round * calls, (round + 1) * calls, journal],
      120,
      [],
      folder, // some of the calls are right, and write the files that they are told to
    );
    if (status === 0) continue;
    const last = readFileSync(journal, 'utf8').trim();
    expect.fail(`${stdout}\n${signal ?? `exit ${status}`} in or after ${last}\n${stderr.slice(-2000)}`);
  }
}

describe(`Calls that are wrong in some way (seed ${seed})`, () => {
  const patience = 180_000 * rounds;

  test('of every wrapped operator return, or throw an Error that names it, and leave no tensor behind', {
    timeout: patience,
  }, () => {
    fuzz('fuzz/operators.mjs', 4000);
  });

  test('of every other export return or throw an Error', { timeout: patience }, () => {
    fuzz('fuzz/public.mjs', 2000);
  });
});

describe('An error', () => {
  const matrix = () => tensor([1, 2, 3, 4, 5, 6], [2, 3]);

  test.each<[string, () => unknown, RegExp]>([
    [
      'names the operator and the shapes',
      () => ops.matmul(matrix(), matrix()),
      /^aten::matmul: .*\(with self float32\[2,3\], other float32\[2,3\]\)$/s,
    ],
    [
      'names the argument of a wrong type',
      () => ops.matmul(matrix(), 3 as never),
      /^aten::matmul: argument 'other': expected a Tensor$/,
    ],
    [
      'names what is missing',
      () => (ops.matmul as unknown as (x: unknown) => unknown)(matrix()),
      /^aten::matmul: argument 'other' \(Tensor\) is missing$/,
    ],
    [
      'counts what is too much',
      () => (ops.neg as (...x: unknown[]) => unknown)(matrix(), 1),
      /^aten::neg: takes 1 arguments, 2 were given$/,
    ],
    ['lists the dtypes', () => ops.toDtype(matrix(), 'float31' as never), /aten::to: argument 'dtype': .*'float31'/],
    [
      'refuses what libtorch would look up outside of its tables',
      () => ops.toDtype(matrix(), 200 as never),
      /'dtype': expected a dtype/,
    ],
    ['knows the devices', () => ops.zeros([1], 'float32', null, 'toaster'), /aten::zeros: argument 'device': /],
    [
      'tells an integer from a fraction',
      () => ops.reshape(matrix(), [1.5, 4]),
      /aten::reshape: argument 'shape': expected an integer/,
    ],
    [
      'shows lists of tensors',
      () => ops.cat([matrix(), tensor([1])], 0),
      /aten::cat: .*tensors \[float32\[2,3\], float32\[1\]\]/s,
    ],
    ['has no C++ backtrace', () => ops.zeros([-1]), /^(?![\s\S]*frame #)/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  // Every way to a convolution: an image of each number of dimensions, and where the schema has stride, padding, dilation and groups.
  const of = (dims: number, size: number): Tensor => ops.ones([2, 2, ...new Array(dims).fill(size)]);
  const plain = (name: string, dims: number) => ({
    name,
    call: (stride: number[], padding: number[], dilation: number[], groups: number) =>
      operator<unknown[], Tensor>(name)(of(dims, 4), of(dims, 3), null, stride, padding, dilation, groups),
  });
  const transposed = (name: string, dims: number) => ({
    name,
    call: (stride: number[], padding: number[], dilation: number[], groups: number) =>
      operator<unknown[], Tensor>(name)(of(dims, 4), of(dims, 3), null, stride, padding, [0], groups, dilation),
  });
  const general = (name: string, ...more: boolean[]) => ({
    name,
    call: (stride: number[], padding: number[], dilation: number[], groups: number) =>
      operator<unknown[], Tensor>(name)(
        of(2, 4),
        of(2, 3),
        null,
        stride,
        padding,
        dilation,
        false,
        [0, 0],
        groups,
        ...more,
      ),
  });
  const ways = [
    ...[1, 2, 3].map((dims) => plain(`aten::conv${dims}d`, dims)),
    ...[1, 2, 3].map((dims) => transposed(`aten::conv_transpose${dims}d${dims === 1 ? '' : '.input'}`, dims)),
    general('aten::convolution'),
    general('aten::_convolution', false, false, false, false),
    general('aten::convolution_overrideable'),
    {
      name: 'aten::convolution_backward',
      call: (stride: number[], padding: number[], dilation: number[], groups: number) =>
        operator<unknown[], Tensor>('aten::convolution_backward')(
          ...[
            of(2, 4),
            of(2, 4),
            of(2, 3),
            null,
            stride,
            padding,
            dilation,
            false,
            [0, 0],
            groups,
            [true, true, false],
          ],
        ),
    },
    {
      name: 'aten::mkldnn_convolution',
      call: (stride: number[], padding: number[], dilation: number[], groups: number) =>
        operator<unknown[], Tensor>('aten::mkldnn_convolution')(
          ...[of(2, 4), of(2, 3), null, padding, stride, dilation, groups],
        ),
    },
  ];

  test.each(ways)('takes the place of a crash of the engine: geometry beyond 32 bits in $name', ({ name, call }) => {
    const refused = (what: string, value: number): string =>
      `${name.replace(/\..*/, '')}: ${what} is ${value}; it is a whole number from`;
    for (const far of [2 ** 53, 2 ** 31, -1]) {
      expect(() => call([far], [1], [1], 1)).toThrow(refused('stride', far));
      expect(() => call([1], [far], [1], 1)).toThrow(refused('padding', far));
      expect(() => call([1], [1], [far], 1)).toThrow(refused('dilation', far));
      expect(() => call([1], [1], [1], far)).toThrow(refused('groups', far));
    }
  });
});
