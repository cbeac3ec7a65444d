import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = `
const f = await import('@pocketnet/files');
for (const name of ['Buffer', 'process', 'setImmediate', 'require']) delete globalThis[name];
const tensors = new Map([['w', { dtype: 'float16', shape: [4], data: new Uint8Array(Uint16Array.of(1, 2, 3, f.toHalf(4)).buffer) }]]);
const back = f.tensorFormats.map(({ name, decode, encode }) => {
  const bytes = f.joinBytes(encode({ tensors, metadata: {} }, name));
  return f.tensorFormatOf(bytes).name + ' ' + decode(bytes, name).tensors.get('w').shape;
});
const text = (s) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const { value } = f.readPickle(text('\\x80\\x02]c_codecs\\nencode\\n(X\\x02\\0\\0\\0abX\\x06\\0\\0\\0latin1tRa.'), 'p', f.numpyClasses);
const header = "{'descr': '>f2', 'fortran_order': False, 'shape': (1,), }";
const npy = f.decodeNpy(text('\\x93NUMPY\\x01\\0' + String.fromCharCode(header.length) + '\\0' + header + '\\x3c\\0'), 'n');
console.log([...back, value[0], f.fromHalf(new Uint16Array(npy.data.buffer)[0]), f.crc32(text('a')) === 0xe8b7be43].join());
`;

it('what needs no disk runs where there is nothing of Node', () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd, encoding: 'utf8' });
  expect(printed.trim()).toBe('safetensors 4,torch.save 4,97,98,1,true');
});
