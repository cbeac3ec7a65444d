import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePth, FileError, type StoredTensors } from '@pocketnet/files';
import { readTensors, writeTensors } from '@pocketnet/files/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasPyTorch, runPython, sampleTensors, temporaryFolder } from './samples.js';

const folder = temporaryFolder();
const golden = process.env.POCKETNET_DATA ? join(process.env.POCKETNET_DATA, 'golden') : undefined;

/** What a test compares: dtype, shape and the bytes in hex. */
function summary(stored: StoredTensors): Record<string, [string, number[], string]> {
  return Object.fromEntries(
    [...stored.tensors].map(([name, { dtype, shape, data }]) => [
      name,
      [dtype, shape, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')],
    ]),
  );
}

/** Python that prints the same summary of a dictionary of tensors. */
const summarise = `
import json, torch
def summary(d):
    def raw(t):
        t = t.detach().contiguous()
        return bytes(t.reshape(-1).view(torch.uint8).tolist()).hex() if t.numel() and t.dtype != torch.bool else bytes(t.reshape(-1).to(torch.uint8).tolist()).hex()
    return {k: [str(v.dtype)[6:], list(v.shape), raw(v)] for k, v in d.items()}
`;

describe('pth', () => {
  test('every dtype, odd names and empty tensors come back as they went, and twice the same bytes', () => {
    const [a, b] = [join(folder, 'a.pth'), join(folder, 'b.pth')];
    writeTensors(a, sampleTensors(1));
    writeTensors(b, sampleTensors(1));
    const back = readTensors(a);
    expect(back.tensors).toEqual(sampleTensors(1).tensors);
    expect([...back.tensors.keys()]).toEqual([...sampleTensors(1).tensors.keys()]);
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
    for (const { data } of back.tensors.values()) expect(data.byteOffset % 8).toBe(0);
  });

  test('a flipped bit in a tensor is found by the checksum', () => {
    const path = join(folder, 'flip.pth');
    const data = new Uint8Array(4096).fill(7);
    writeTensors(path, { tensors: new Map([['w', { dtype: 'uint8', shape: [4096], data }]]), metadata: {} });
    const bytes = new Uint8Array(readFileSync(path));
    const at = bytes.findIndex((_, i) => bytes.subarray(i, i + 64).every((byte) => byte === 7));
    bytes[at + 100] = 6;
    expect(() => decodePth(bytes, 'flip.pth')).toThrow(/flip\.pth: entry "archive\/data\/0" is damaged/);
  });

  test('files that are no torch.save files are refused', () => {
    expect(() => decodePth(new TextEncoder().encode('<html>'), 'x.pth')).toThrow(/x\.pth: is no file of torch\.save/);
    expect(() => decodePth(new Uint8Array(), 'x.pth')).toThrow(FileError);
    expect(() => decodePth(new TextEncoder().encode('PK\x03\x04 and no more of it'), 'x.pth')).toThrow(/truncated/);
  });
});

describe.skipIf(!golden)('the official checkpoint (POCKETNET_DATA)', () => {
  test('each of its 1275 tensors has the SHA-256 that PyTorch saw', () => {
    const index: { name: string; shape: number[]; dtype: string; sha256_le: string }[] = JSON.parse(
      readFileSync(join(golden ?? '', 's128.json'), 'utf8'),
    ).state_dict_index;
    const { tensors } = readTensors(join(golden ?? '', 's128backbone.pth'));
    expect([...tensors.keys()]).toEqual(index.map(({ name }) => name));
    for (const { name, shape, dtype, sha256_le } of index) {
      const tensor = tensors.get(name);
      expect([name, tensor?.shape, tensor?.dtype]).toEqual([name, shape, dtype === 'F32' ? 'float32' : 'int64']);
      expect(
        createHash('sha256')
          .update(tensor?.data ?? '')
          .digest('hex'),
        name,
      ).toBe(sha256_le);
    }
  });
});

describe.skipIf(!hasPyTorch)('beside PyTorch (python3-torch)', () => {
  let expected: Record<string, Record<string, [string, number[], string]>>;

  beforeAll(() => {
    const program = `${summarise}
from collections import OrderedDict
torch.manual_seed(0)
base = torch.randn(6, 8)
big = torch.arange(120, dtype=torch.int64).reshape(2, 3, 4, 5)
cases = {
  'dtypes': OrderedDict((str(t)[6:], (torch.randn(3, 5) * 50).to(t)) for t in
    [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]),
  'strided': {'transposed': base.t(), 'rows': base[1::2], 'columns': base[:, 3:6], 'last': base[5, 7], 'expanded': torch.ones(1).expand(4, 3),
    'channels_last': torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last), 'permuted': big.permute(3, 0, 2, 1), 'bytes': torch.arange(20, dtype=torch.uint8)[3:9], 'empty': torch.zeros(0, 3)},
  'module': torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict(),
  'parameters': {'w': torch.nn.Parameter(torch.randn(3)), 'tied': base, 'tied_too': base},
}
out = {}
for name, value in cases.items():
    out[name] = summary(value)
    torch.save(value, name + '.pth')
    torch.save(value, name + '.legacy.pth', _use_new_zipfile_serialization=False)
    torch.save(value, name + '.protocol4.pth', pickle_protocol=4)
class Opaque: pass
net = torch.nn.Linear(2, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
net(torch.ones(1, 2)).sum().backward(); opt.step()
torch.save({'epoch': 12, 'arch': 'r100', 'lr': 0.5, 'state_dict': net.state_dict(), 'optimizer': opt.state_dict()}, 'checkpoint.pth')
torch.save(net, 'whole.pth')
import argparse, collections, pathlib
class Named(dict): pass
torch.save({'args': argparse.Namespace(lr=0.1, out=pathlib.PosixPath('x')), 'losses': collections.defaultdict(list, a=[1.5]), 'seen': {1, 2},
  'fixed': frozenset('ab'), 'best': Opaque(), 'hyper_parameters': Named(width=3), 'odd': {None: 1, (1, 2): 2}, 'state': Named(net.state_dict()),
  'counts': collections.Counter('aab'), 'numpy': __import__('numpy').float64(3)}, 'beside.pth')
torch.save({'epoch': 3, 'note': 'none', 'steps': [1, 2]}, 'nothing.pth')
torch.jit.save(torch.jit.script(net), 'script.pt')
print(json.dumps(out))`;
    expected = JSON.parse(runPython(folder, program));
  });

  test.each(['', '.legacy', '.protocol4'])(
    'reads what torch.save%s writes: dtypes, views, strides, parameters',
    (kind) => {
      for (const [name, tensors] of Object.entries(expected)) {
        expect(summary(readTensors(join(folder, `${name}${kind}.pth`))), name).toEqual(tensors);
      }
    },
  );

  test('a checkpoint is flattened with dots and its plain values are metadata', () => {
    const { tensors, metadata } = readTensors(join(folder, 'checkpoint.pth'));
    expect([...tensors.keys()]).toEqual([
      'state_dict.weight',
      'state_dict.bias',
      'optimizer.state.0.momentum_buffer',
      'optimizer.state.1.momentum_buffer',
    ]);
    expect(metadata).toMatchObject({ epoch: '12', arch: 'r100', lr: '0.5' });
  });

  test('what stands beside the weights, of whatever class, is passed over', () => {
    const { tensors, metadata } = readTensors(join(folder, 'beside.pth'));
    expect([...tensors.keys()]).toEqual(['state.weight', 'state.bias']);
    expect(metadata).toMatchObject({ 'hyper_parameters.width': '3', 'counts.a': '2' });
  });

  test('a whole model, a file without tensors and a TorchScript archive are refused by what they hold', () => {
    expect(() => readTensors(join(folder, 'whole.pth'))).toThrow(/torch\.nn\.modules\.linear\.Linear.*state_dict\(\)/);
    expect(() => readTensors(join(folder, 'nothing.pth'))).toThrow(
      /holds no tensors; its keys are "epoch", "note", "steps"/,
    );
    expect(() => readTensors(join(folder, 'script.pt'))).toThrow(/TorchScript/);
  });

  test('torch.load reads what we write, with weights_only too', () => {
    writeTensors(join(folder, 'ours.pth'), sampleTensors(3));
    const printed = runPython(
      folder,
      `${summarise}
both = [torch.load('ours.pth'), torch.load('ours.pth', weights_only=True)]
print(json.dumps([[type(d).__name__, summary(d)] for d in both]))`,
    );
    const ours = summary(sampleTensors(3));
    expect(JSON.parse(printed)).toEqual([
      ['OrderedDict', ours],
      ['OrderedDict', ours],
    ]);
  });
});
