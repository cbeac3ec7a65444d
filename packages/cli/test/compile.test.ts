import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawFace, encodeJpeg } from '@pocketnet/data';
import { readPlanMetadata } from '@pocketnet/engine';
import { encodeSafetensors, joinBytes } from '@pocketnet/files';
import { encodeModel, GraphBuilder } from '@pocketnet/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, workplace } from './pocketnet.js';

/** A tiny embedder: conv 3×3 with stride 8, ReLU, then a layer over all of the map. */
function embedder({ normalises = false } = {}): Uint8Array {
  const b = new GraphBuilder('tiny');
  const pixels = b.input('input', 'float32', ['batch', 3, 112, 112]);
  const number = (name: string, value: number) => b.initializer(name, 'float32', [1], Float32Array.of(value));
  const x = normalises
    ? b.node('Mul', [b.node('Sub', [pixels, number('mean', 127.5)]), number('scale', 1 / 127.5)])
    : pixels;
  const weights = (name: string, shape: number[]) =>
    b.initializer(
      name,
      'float32',
      shape,
      Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => Math.sin(i * 12.9898)),
    );
  const y = b.node('Relu', [
    b.node('Conv', [x, weights('a', [5, 3, 3, 3])], { kernel_shape: [3, 3], strides: [8, 8] }),
  ]);
  const z = b.node('Flatten', [y], { axis: 1 });
  b.node('Gemm', [z, weights('b', [8, 5 * 14 * 14])], { transB: 1 }, { output: 'embedding' });
  return encodeModel(b.output('embedding', 'float32', ['batch', 8]).build(), { metadata: { network: 'tiny' } });
}

/** Makes ONNX Runtime's packages unknown to a process. */
const WITHOUT_ONNX_RUNTIME = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module';
     register('data:text/javascript,' + encodeURIComponent(\`export const resolve = (name, context, next) => {
       if (name.startsWith('onnxruntime')) throw new Error('Cannot find package ' + name);
       return next(name, context);
     };\`));`,
  )}`,
];

describe('pocketnet compile', () => {
  const place = workplace();
  const at = { cwd: place.path };
  beforeAll(async () => {
    writeFileSync(join(place.path, 'tiny.onnx'), embedder());
    for (const [i, name] of ['a.jpg', 'b.jpg'].entries())
      writeFileSync(join(place.path, name), await encodeJpeg(drawFace(1, i)));
    for (let person = 0; person < 8; person++) {
      const folder = join(place.path, 'faces', String(person));
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < 2; i++) writeFileSync(join(folder, `${i}.jpg`), await encodeJpeg(drawFace(person, i)));
    }
  });
  afterAll(() => place.remove());

  it('writes a plan, and says its steps, bytes, memory, multiply-adds and how far it lies from ONNX Runtime', async () => {
    const result = await json(['compile', 'tiny.onnx', '--out', 'tiny.pnet'], at);
    expect(result).toMatchObject({
      out: 'tiny.pnet',
      store: 'float32',
      size: [112, 112],
      steps: { node: 2, output: 1 },
    });
    expect(result.difference).toBeLessThan(1e-5);
    expect(result.multiplyAdds).toBeGreaterThan(5 * 27 * 14 * 14);
    expect(result.arenaBytes).toBeGreaterThan(4 * 3 * 112 * 112);
    const about = ['--metadata', 'licence=MIT', '--metadata', 'a=b=c'];
    const half = await json(['compile', 'tiny.onnx', '--out', 'half.pnet', '--store', 'float16'], at);
    await json(['compile', 'tiny.onnx', '--out', 'about.pnet', ...about], at);
    expect(readPlanMetadata(readFileSync(join(place.path, 'about.pnet'))).model).toMatchObject({
      licence: 'MIT',
      a: 'b=c',
    });
    expect(half.bytes).toBeLessThan(Number(result.bytes));
  });

  it('stores weights in eight bits, calibrated on faces, and says how near integers stay to floats', async () => {
    const args = ['compile', 'tiny.onnx', '--out', 'eight.pnet', '--store', 'int8'];
    const result = await json([...args, '--calibrate', 'faces', '--crops', '16'], at);
    expect(result).toMatchObject({ store: 'int8', calibrated: 12 });
    const forms = result.forms as { arithmetic: string; cosine: number; least: number }[];
    expect(forms.map(({ arithmetic }) => arithmetic)).toEqual(['float', 'int16', 'int8', 'int7']);
    for (const { cosine, least } of forms) {
      expect(cosine).toBeGreaterThan(0.99);
      expect(least).toBeLessThanOrEqual(cosine);
    }
    const whole = ['--target', 'c', '--out', 'whole', '--store', 'int8', '--calibrate', 'faces', '--crops', '16'];
    const board = await json(['compile', 'tiny.onnx', ...whole], at);
    expect(board.arenaBytes).toBeLessThan(3 * 3 * 112 * 112);
    expect(readFileSync(join(place.path, 'whole/weights.h'), 'utf8')).toContain('const int8_t pocketnet_bytes');
    expect((await pocketnet(args, at)).stderr).toContain('--store int8 and --calibrate <faces> need each other');
  });

  it('says what is wrong with its arguments and with a model that it cannot compile, and writes nothing then', async () => {
    const b = new GraphBuilder('deep');
    const x = b.input('input', 'float32', ['batch', 3, 8, 8]);
    b.output(b.node('Softmax', [x], {}, { name: 'last' }), 'float32', ['batch', 3, 8, 8]);
    writeFileSync(join(place.path, 'softmax.onnx'), encodeModel(b.build()));
    const refused = await pocketnet(['compile', 'softmax.onnx', '--out', 'no.pnet'], at);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Node "last" (Softmax) is not among the engine\'s operators');
    expect((await pocketnet(['compile', 'tiny.onnx', '--out', 'no.pnet', '--size', '8x'], at)).code).toBe(2);
    expect((await pocketnet(['compile', 'tiny.onnx', '--out', 'no.onnx'], at)).code).toBe(2);
    expect(existsSync(join(place.path, 'no.pnet'))).toBe(false);
  });

  it('gives a model that normalises inside the bytes themselves, as evaluate does', async () => {
    writeFileSync(join(place.path, 'raw.onnx'), embedder({ normalises: true }));
    const usual = await json(['compile', 'tiny.onnx', '--out', 'usual.pnet'], at);
    const raw = await json(['compile', 'raw.onnx', '--out', 'raw.pnet'], at);
    expect([usual.preprocessing, raw.preprocessing]).toEqual([
      { mean: 127.5, deviation: 127.5, order: 'rgb' },
      { mean: 0, deviation: 1, order: 'rgb' },
    ]);
    const cosineOf = async (model: string) =>
      (await json(['verify', 'a.jpg', 'b.jpg', '--aligned', '--model', model], at)).cosine as number;
    expect(await cosineOf('raw.pnet')).toBeCloseTo(await cosineOf('usual.pnet'), 5);
    const told = await json(['compile', 'raw.onnx', '--out', 'told.pnet', '--mean', '127.5'], at);
    expect(told.preprocessing).toEqual({ mean: 127.5, deviation: 127.5, order: 'rgb' });
  });

  it('writes C for boards, of a model or of its plan, in a folder that holds nothing else', async () => {
    writeFileSync(join(place.path, 'terms.txt'), 'as you like');
    const result = await json(
      ['compile', 'tiny.onnx', '--target', 'c', '--out', 'board', '--licence', 'terms.txt', '--store', 'float16'],
      at,
    );
    expect(result.arenaBytes).toBeGreaterThan(4 * 3 * 112 * 112);
    expect(readFileSync(join(place.path, 'board/LICENSE'), 'utf8')).toBe('as you like');
    expect(readFileSync(join(place.path, 'board/pocketnet.h'), 'utf8')).toContain('#define POCKETNET_EMBEDDING 8');
    await json(['compile', 'half.pnet', '--target', 'c', '--out', 'again'], at);
    for (const file of ['network.c', 'weights.c'])
      expect(readFileSync(join(place.path, 'again', file))).toEqual(readFileSync(join(place.path, 'board', file)));
    const foreign = await pocketnet(['compile', 'tiny.onnx', '--target', 'c', '--out', '.'], at);
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toContain('. is not empty');
    const twice = await pocketnet(['compile', 'half.pnet', '--out', 'no.pnet'], at);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('half.pnet is a plan already; --target c makes C of it.');
    writeFileSync(
      join(place.path, 'w.safetensors'),
      joinBytes(encodeSafetensors({ tensors: new Map(), metadata: {} }, 'w')),
    );
    const weights = await pocketnet(['compile', 'w.safetensors', '--out', 'w.pnet'], at);
    expect(weights).toMatchObject({ code: 2, stderr: expect.stringContaining('export --weights w.safetensors') });
    const onto = await pocketnet(['compile', 'half.pnet', '--target', 'c', '--out', 'tiny.onnx'], at);
    expect(onto).toMatchObject({ code: 1, stderr: expect.stringContaining('tiny.onnx is a file. C becomes a folder') });
  });

  it('writes what verify takes, and tells it of a model that is none how to compile it', async () => {
    const args = ['verify', 'a.jpg', 'b.jpg', '--aligned', '--model'];
    const verdict = await json([...args, 'tiny.pnet'], { ...at, node: WITHOUT_ONNX_RUNTIME });
    expect(verdict).toMatchObject({ verdict: 'unsure', calibrated: false, threshold: null });
    const { code, stderr } = await pocketnet([...args, 'tiny.onnx'], at);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('pocketnet compile tiny.onnx --out tiny.pnet'),
    });
  });

  it('is compared with nothing where ONNX Runtime is hidden, so hidden it is', async () => {
    const args = ['bench', 'tiny.onnx', '--runtimes', 'native', '--threads', '1', '--rounds', '1'];
    const { stdout, stderr } = await pocketnet(args, { ...at, node: WITHOUT_ONNX_RUNTIME });
    expect(stdout + stderr).toContain('onnxruntime-node cannot be loaded');
  });
});
