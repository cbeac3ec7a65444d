import { createLoader } from '@pocketnet/data';
import { type Arithmetic, type OpenedPlan, openPlan } from '@pocketnet/engine';
import { type Plan, writePlan } from '@pocketnet/engine/plan';
import { type Compiled, OBSERVERS, observePlan, quantisePlan } from '@pocketnet/onnx';

/** How near a plan's outputs in one arithmetic are to those of the model in floats. */
export interface Nearness {
  readonly arithmetic: Arithmetic;
  /** Mean and least cosine, over crops that were not calibrated with. */
  readonly cosine: number;
  readonly least: number;
}

export interface EightBits {
  readonly plan: Plan;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly calibrated: number;
  readonly forms: readonly Nearness[];
}

const ARITHMETICS: readonly Arithmetic[] = ['float', 'int16', 'int8', 'int7'];

/**
 * A compiled model with weights of eight bits, and what integers between its steps stand for, by how its values lie on aligned faces: three
 * quarters of them, the others tell how near it stays.
 *
 * @param location of the faces, as for training
 * @throws an Error where the model takes no faces, or there are too few
 */
export async function inEightBits(
  { plan }: Compiled,
  location: string,
  count: number,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<EightBits> {
  const open = await usualOpen();
  const crops = await readCrops(location, count, plan.image);
  const tests = crops.splice(Math.ceil((3 * crops.length) / 4));
  const seen = await observePlan(
    plan,
    crops,
    (bytes) => open(bytes, { limits: { bytes: 2 ** 33 } }),
    (done) => onProgress(done, crops.length),
  );
  const observer = OBSERVERS.find(({ name }) => name === 'mse');
  if (!observer) throw new Error('The observer mse is missing.');
  const quantised = quantisePlan(plan, seen, observer);
  const bytes = writePlan(quantised);
  const reference = await open(writePlan(plan));
  const forms: Nearness[] = [];
  for (const arithmetic of ARITHMETICS)
    forms.push({ arithmetic, ...nearness(reference, await open(bytes, { arithmetic }), tests) });
  reference.close();
  return { plan: quantised, bytes, calibrated: crops.length, forms };
}

/** The engine natively where it is built, else in WebAssembly. */
async function usualOpen() {
  const native = await import('@pocketnet/engine-native');
  return native.nativeProblem() === undefined ? native.openPlan : openPlan;
}

function nearness(reference: OpenedPlan, plan: OpenedPlan, crops: readonly Uint8Array[]) {
  const cosines = crops.map((crop) => {
    const [a, b] = [reference, plan].map((opened) => Object.values(opened.run(crop))[0] ?? new Float32Array(0));
    return cosine(a ?? [], b ?? []);
  });
  plan.close();
  return { cosine: cosines.reduce((sum, one) => sum + one, 0) / cosines.length, least: Math.min(...cosines) };
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]; // as many
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

/** RGB bytes of aligned faces, in a mixed order. */
async function readCrops(location: string, count: number, { channels, height, width }: Plan['image']) {
  if (channels !== 3 || height === 0 || height !== width)
    throw new Error('The model takes no square pictures of one size; --store int8 calibrates with aligned faces.');
  const loader = createLoader(location, { batch: 1, size: height, seed: 1, workers: 0 });
  const crops: Uint8Array[] = [];
  try {
    for await (const { images, release } of loader.epoch(0)) {
      crops.push(Uint8Array.from(images, (value) => Math.round(127.5 * value + 127.5)));
      release();
      if (crops.length === count) break;
    }
  } finally {
    await loader.close();
  }
  if (crops.length < 8)
    throw new Error(`${location} holds ${crops.length} faces; 8 at least are needed to calibrate and measure.`);
  return crops;
}
