import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { drawFace, encodeJpegSync, generatedPairs, writePairs } from '@pocketnet/data';
import type { Evaluation } from '@pocketnet/evaluate';
import { exportOnnx } from '@pocketnet/lab';
import { saveTensors } from '@pocketnet/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCalfw, writeLfw } from '../../data/test/benchmark-folders.js';
import { writeIjbFolder } from '../../lab/test/ijb-folder.js';
import { writeMegaFaceFolder } from '../../lab/test/megaface-folder.js';
import { randomNetwork } from '../../lab/test/random-network.js';
import { json, pocketnet, workplace } from './pocketnet.js';

// Every kind of benchmark in its own layout, of generated faces, through the command as a user gives it.

const place = workplace();
const at = { cwd: place.path };
const file = (name: string): string => join(place.path, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');
afterAll(() => place.remove());

const drawn = (size: number) => (person: number, sample: number) =>
  encodeJpegSync(drawFace(person, sample, { size, seed: 3 }), 90);

beforeAll(async () => {
  const network = 'pocketnet-xs-64';
  saveTensors(file('net.safetensors'), randomNetwork(network, { input: 32 }).stateDict(), {
    network,
    input: '32',
    embedding: '64',
  });
  exportOnnx(file('net.safetensors'), undefined, file('net.onnx'));
  mkdirSync(file('data'));
  writePairs(file('data/lfw.bin'), generatedPairs({ pairs: 40, identities: 10, size: 32 }));
  writeLfw(file('data/lfw'), { photo: drawn(112) });
  writeCalfw(file('data/CALFW'), { photo: drawn(112) });
  writeIjbFolder(file('data/IJBC'));
  await writeMegaFaceFolder(file('data/megaface'), drawn(32));
});

describe('evaluate --suite full on a folder of all layouts', () => {
  let evaluation: Evaluation;
  beforeAll(async () => {
    const args = ['evaluate', 'net.onnx', '--suite', 'full', '--data', 'data', '--out', 'report', '--threads', '1'];
    const { code, stderr } = await pocketnet([...args, '--json'], at);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/could not be run/) });
    evaluation = JSON.parse(read('report/report.json')) as Evaluation;
  });
  const result = (name: string) => {
    const found = evaluation.benchmarks.find((benchmark) => benchmark.name === name);
    if (!found) throw new Error(`${name} was not measured`);
    return found;
  };

  it('measures each that is there, in the order of the registry, and names the others', () => {
    expect(evaluation.benchmarks.map(({ name }) => name)).toEqual(['lfw', 'calfw', 'ijbc', 'megaface', 'megaface_r']);
    expect(evaluation.notFound).toEqual(expect.arrayContaining(['CPLFW', 'CFP-FP', 'AgeDB-30', 'IJB-B']));
    expect(evaluation.model).toMatchObject({ dimension: 64, input: 32, channels: 'rgb' });
    expect(evaluation.model.parameters).toBeGreaterThan(1000);
  });

  it('prefers a .bin to a folder of the same set, and takes the folder where there is none', async () => {
    expect(result('lfw').about).toContain('40 pairs in 10 folds');
    expect(result('calfw').about).toContain('40 pairs in 10 folds, 20 of one person; 40 distinct images');
    rmSync(file('data/lfw.bin'));
    const args = ['evaluate', 'net.onnx', '--suite', 'quick', '--data', 'data', '--out', 'folders', '--threads', '1'];
    const { benchmarks } = await json(args, at);
    const [lfw] = benchmarks as Evaluation['benchmarks'];
    expect(lfw).toMatchObject({ name: 'lfw', about: expect.stringContaining('40 distinct images') });
    expect(read('folders/report.html')).toContain('hardest pairs');
  });

  it('measures the folder of one benchmark alike by --pairs and by --suite --data', async () => {
    const location = 'calfw:data/CALFW';
    const one = await json(['evaluate', 'net.onnx', '--pairs', location, '--threads', '1'], at);
    expect(one).toMatchObject({ pairs: 40, folds: 10 });
    const args = ['evaluate', 'net.onnx', '--suite', 'quick', '--data', location, '--out', 'one', '--threads', '1'];
    const { benchmarks } = await json(args, at);
    expect(benchmarks).toEqual([expect.objectContaining({ name: 'calfw' })]);
    const [calfw] = benchmarks as Evaluation['benchmarks'];
    expect(calfw?.metrics[0]?.value).toBeCloseTo(Number(one.accuracy), 12);
    const near = await pocketnet(['evaluate', 'net.onnx', '--pairs', 'cal-fw:data/CALFW'], at);
    expect(near.stderr).toMatch(/Did you mean calfw:data\/CALFW\./);
  });

  it('gives TAR and 1:N rates of templates, and ranks and TPR of MegaFace, noted where the data are no real ones', () => {
    expect(result('ijbc').metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['TAR at FAR 1e-4', '1:N, rank 1', '1:N, TPIR at FPIR 0.1']),
    );
    for (const name of ['megaface', 'megaface_r']) {
      const { about, metrics, problems } = result(name);
      expect(about).toContain('11 probes of 3 people, 30 trials, 100 distractors');
      expect(metrics.map((metric) => metric.name)).toEqual(expect.arrayContaining(['rank 1', 'TPR at FPR 1e-6']));
      for (const { value } of metrics) expect(value >= 0 && value <= 1).toBe(true);
      expect(problems.join(' ')).toContain('Searched among 100 distractors');
    }
  });

  it('counts every picture that the network saw, once', () => {
    const [ijb, lfw, calfw] = [result('ijbc'), 80, 40];
    const faces = Number(/^([\d,]+) faces/.exec(ijb.about)?.[1]);
    expect(evaluation.timing.faces).toBeLessThanOrEqual(2 * (faces + lfw + calfw + 12 + 100));
    expect(evaluation.timing.faces).toBeGreaterThan(2 * (faces + calfw + 12 + 100));
  });

  it('writes a page with a part for each', () => {
    const page = read('report/report.html');
    for (const { title } of evaluation.benchmarks) expect(page).toContain(`<h2>${title}</h2>`);
    expect(page).not.toMatch(/<script|https?:|NaN|undefined/);
  });
});
