import {
  decodeNpy,
  decodePth,
  decodeSafetensors,
  encodePth,
  encodeSafetensors,
  FileError,
  joinBytes,
  numpyClasses,
  type Random,
  readPickle,
} from '@pocketnet/files';
import { describe, it } from 'vitest';
import { FUZZ_ROUNDS, FUZZ_SEED, survive } from '../../../testing/damage.js';
import { latin, legacyPth, pickledTensor, sampleTensors } from './samples.js';

/** A zip whose sums are not recorded, so that damage gets past them. */
function withoutSums(zip: Uint8Array): Uint8Array {
  const open = zip.slice();
  for (let at = 0; at + 20 < open.length; at++)
    if (latin('PK\x01\x02').every((byte, i) => open[at + i] === byte)) open.fill(0, at + 16, at + 20);
  return open;
}

const dtype = (code: string) =>
  `cnumpy\ndtype\n(U\x02${code}K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
const array = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btRq\x01(K\x01(K\x02K\x02t${dtype('u1')}I00\nU\x04\xff\xd8\x07\x08tb`;
const npyHeader = "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }";
const opcodes = latin(
  '(.012FIJKLMNPQRSTUVXabcdeghjilopqrstu})]\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\n\x00\x01\x02',
);
const noise = (random: Random) =>
  Uint8Array.from({ length: 1 + random.int(400) }, () => opcodes[random.int(opcodes.length)] ?? 0);

/** Every parser, with a file that it reads. A new one is a line here. */
const parsers: Record<string, { whole: Uint8Array; read: (bytes: Uint8Array) => unknown }> = {
  safetensors: {
    whole: joinBytes(encodeSafetensors(sampleTensors(4), 'whole')),
    read: (bytes) => decodeSafetensors(bytes, 'damaged'),
  },
  'a .pth of the zip layout': {
    whole: withoutSums(joinBytes(encodePth(sampleTensors(2), 'whole'))),
    read: (bytes) => decodePth(bytes, 'damaged'),
  },
  'a .pth of the legacy layout': {
    whole: legacyPth(`}(U\x01w${pickledTensor('K\x02K\x02', 'K\x01K\x02')}U\x05epochK\x03u`),
    read: (bytes) => decodePth(bytes, 'damaged'),
  },
  npy: {
    whole: latin(
      `\x93NUMPY\x01\x00${String.fromCharCode(npyHeader.length)}\x00${npyHeader}${'\x3f\x80\x00\x00'.repeat(6)}`,
    ),
    read: (bytes) => decodeNpy(bytes, 'damaged'),
  },
  'a pickle of numpy arrays': {
    whole: latin(`\x80\x02](${array}h\x01c_codecs\nencode\n(X\x02\x00\x00\x00abX\x06\x00\x00\x00latin1tRe\x85.`),
    read: (bytes) => readPickle(bytes, 'damaged', numpyClasses),
  },
};

const isRefusal = (error: unknown) => error instanceof FileError && error.problem !== '';

describe(`damage (FUZZ_SEED=${FUZZ_SEED}, ${FUZZ_ROUNDS} each)`, () => {
  it.each(Object.entries(parsers))(
    'in %s is read or refused by name, soon and in little memory',
    async (_, { whole, read }) => {
      read(whole);
      await survive(read, whole, isRefusal);
    },
  );

  it('that left nothing but opcodes is read or refused, by both tables of classes', async () => {
    await survive((_, random) => readPickle(noise(random), 'noise', numpyClasses), Uint8Array.of(1), isRefusal);
    const pth = (random: Random) => legacyPth(String.fromCharCode(...noise(random)));
    await survive((_, random) => decodePth(pth(random), 'noise'), Uint8Array.of(1), isRefusal);
  });
});
