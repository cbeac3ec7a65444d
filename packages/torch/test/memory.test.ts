import { fromArray, indexTensor, ops, scope, tensor } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';
import { runChild } from './children/run.js';

describe('A tensor over a typed array', () => {
  test.each([ArrayBuffer, SharedArrayBuffer])('shares its memory both ways, on a %o', (Memory) => {
    scope(() => {
      const all = new Float32Array(new Memory(10 * 4));
      const x = fromArray(all.subarray(4), [2, 3]);
      all[5] = 7;
      expect([...x.toFloat32()]).toEqual([0, 7, 0, 0, 0, 0]);
      ops.fill_(x, 2);
      expect([...all]).toEqual([0, 0, 0, 0, 2, 2, 2, 2, 2, 2]);
      const copy = x.toFloat32();
      all.fill(9);
      expect(copy[0]).toBe(2); // what is read out is a copy
    });
  });

  test.each([
    ['float32', new Float32Array([1.5, -2])],
    ['float64', new Float64Array([1.5, -2])],
    ['int32', new Int32Array([1, -2])],
    ['int64', new BigInt64Array([1n, -(2n ** 62n)])],
    ['int16', new Int16Array([1, -2])],
    ['int8', new Int8Array([1, -2])],
    ['uint8', new Uint8Array([1, 255])],
  ] as const)('has the dtype %s of its array and gives the same elements back', (dtype, array) => {
    scope(() => {
      const x = fromArray(array, [2]);
      expect(x.dtype).toBe(dtype);
      expect(x.toArray()).toEqual(array);
    });
  });

  test('of indices takes numbers, however they are listed, and refuses those that are not whole', () => {
    scope(() => {
      const rows = tensor([0, 10, 20, 30], [4, 1]);
      for (const places of [[3, 1], Int32Array.of(3, 1), new Set([3, 1])])
        expect([...ops.indexSelect(rows, 0, indexTensor(places)).toFloat32()]).toEqual([30, 10]);
      expect(indexTensor([]).toString()).toBe('int64[0]');
      expect(() => indexTensor([0.5])).toThrow(RangeError);
    });
  });

  test('refuses what is no such array, or has another size, or could shrink under it', () => {
    expect(() => fromArray([1, 2] as never, [2])).toThrow(/typed array/);
    expect(() => fromArray(null as never, [2])).toThrow(/typed array/);
    expect(() => fromArray(new DataView(new ArrayBuffer(8)), [2], 'float32')).toThrow(/typed array/);
    expect(() => fromArray(new Uint16Array(2), [2])).toThrow(/Uint16Array needs its dtype/);
    expect(() => fromArray(new Float32Array(5), [2, 3])).toThrow(/asks for 24 bytes, the array holds 20/);
    expect(() => fromArray(new Float32Array(5), [5], 'constructor' as never)).toThrow(/no dtype 'constructor'/);
    expect(() => fromArray(new Float32Array(1), [-1])).toThrow(/whole number/);
    expect(() => fromArray(new Uint8Array(new ArrayBuffer(8), 1, 4), [1], 'float32')).toThrow(/aligned/);
    expect(() => fromArray(new Float32Array(0), [0, 1e15, 1e15])).toThrow(/larger than any memory/);
    const Resizable = ArrayBuffer as unknown as new (size: number, options: { maxByteLength: number }) => ArrayBuffer;
    expect(() => fromArray(new Float32Array(new Resizable(8, { maxByteLength: 16 })), [2])).toThrow(/resizable/);
    expect(() => tensor([1], [1], 'float16' as never)).toThrow(/float16/);
  });

  test('keeps its memory here when the buffer is sent to another thread', () => {
    scope(() => {
      const array = new Float32Array([1, 2]);
      const x = fromArray(array, [2]);
      try {
        structuredClone(array.buffer, { transfer: [array.buffer] });
      } catch {
        // Node 21 and later refuse; Node 20 copies.
      }
      expect(array.byteLength).toBe(8);
      expect([...x.toFloat32()]).toEqual([1, 2]);
    });
  });

  test('keeps its buffer alive while it or a view of it lives, and no longer', () => {
    const transferable = 'transfer' in ArrayBuffer.prototype ? [] : ['--harmony-rab-gsab-transfer'];
    const { stdout, stderr } = runChild('children/buffers.mjs', [], 60, ['--expose-gc', ...transferable]);
    expect(stdout + stderr).toBe(
      'ArrayBuffer: freed while in use false, elements true, freed afterwards true\n' +
        'SharedArrayBuffer: freed while in use false, elements true, freed afterwards true\n' +
        'transfer: A tensor stands on this ArrayBuffer, which therefore cannot be moved by transfer(): copy it.\n' +
        'transferToFixedLength: A tensor stands on this ArrayBuffer, which therefore cannot be moved by transferToFixedLength(): copy it.\n' +
        'still there: 256 true\n' +
        'forgotten tensors left: 0\n',
    );
  });
});

describe('The process', () => {
  test('is within 5 % of its size after step 100 when 2,000 training steps are done', () => {
    const { stdout, stderr } = runChild('children/memory-law.mjs', [], 120);
    expect(stderr).toBe('');
    const [early, late] = JSON.parse(stdout) as [number, number];
    expect(late / early).toBeLessThan(1.05);
  });

  test.runIf(process.platform === 'linux')(
    'serves the next tensors, too, where they are large, if it is asked to: no page of it is fetched anew',
    () => {
      const fetched = (keep: string): number => {
        const { stdout, stderr } = runChild('children/kept-memory.mjs', [], 60, [], undefined, {
          POCKETNET_KEEP_MEMORY: keep,
        });
        expect(stderr).toBe('');
        return Number(stdout);
      };
      expect(fetched('1')).toBeLessThan(1);
      expect(fetched('')).toBeGreaterThan(fetched('1')); // the process that only loads the engine keeps its own ways
    },
  );

  test('refuses a tensor larger than the free memory instead of being killed for it', () => {
    scope(() => {
      for (const size of [[4e12], [1e6, 1e6], [2 ** 53]])
        expect(() => ops.zeros(size)).toThrow(/aten::zeros: .*(memory|size|overflow)/);
      const x = ops.ones([200_000, 1]);
      expect(() => ops.matmul(x, ops.transpose(x, 0, 1))).toThrow(/matmul: a tensor of 152587 MiB does not fit/);
    });
  });

  test('runs the engine in two workers at once, ends others mid-work, and goes on', () => {
    const { stdout, stderr, status, signal } = runChild('children/workers.mjs', [], 90);
    const fine = JSON.stringify([
      { fine: true, sum: 32, live: 1 },
      { fine: true, sum: 32, live: 1 },
    ]);
    expect({ status, signal, stdout, stderr }).toEqual({
      status: 0,
      signal: null,
      stdout: `${fine}\n${fine}\nafter them: 3\n`,
      stderr: '',
    });
  });
});
