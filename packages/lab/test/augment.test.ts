import {
  type AugmentSpec,
  augmentations,
  carryOut,
  createPlanner,
  drawFace,
  type Picture,
  type Plan,
} from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { carryOutTogether, tensorAugmentations } from '@pocketnet/lab';
import { fromArray, liveTensors, ops, scope } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';

/** One for all runs, so that a failure is one of the code; FUZZ_SEED tries others. */
const seed = Number(process.env.FUZZ_SEED ?? 26);
const random = new Random(seed, 1);

/** Pictures of one size: a face where it is large enough, and noise, which forgives nothing. */
function pictures(count: number, width: number, height: number): Picture[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 2 && width === height && width >= 32) return drawFace(i, 1, { size: width });
    return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.int(256)) };
  });
}

/** Both executors on the same plans: the largest distance in grey levels. */
function distance(specs: readonly AugmentSpec[], faces: readonly Picture[], stream: number): number {
  const planner = createPlanner(specs);
  const plans = faces.map((face, i) => planner(new Random(seed, 2, stream, i), face));
  const together = onTensors(plans, faces);
  let largest = 0;
  for (const [i, face] of faces.entries()) {
    const alone = carryOut(plans[i] as Plan, face).data;
    const offset = i * alone.length;
    for (let k = 0; k < alone.length; k++) {
      largest = Math.max(largest, Math.abs((alone[k] as number) - (together[offset + k] as number)));
    }
  }
  return largest;
}

/** NHWC, as pictures are. */
function onTensors(plans: readonly Plan[], faces: readonly Picture[]): Float32Array {
  const { width = 0, height = 0 } = faces[0] ?? {};
  const bytes = Float32Array.from(faces.flatMap(({ data }) => [...data]));
  return scope(() => {
    const images = ops.permute(fromArray(bytes, [faces.length, height, width, 3]), [0, 3, 1, 2]);
    return ops.permute(carryOutTogether(plans, images), [0, 2, 3, 1]).toFloat32();
  });
}

describe('augmentations on tensors', () => {
  it('are all there, once each', () => {
    expect(tensorAugmentations.map(({ augmentation }) => augmentation)).toEqual([...augmentations]);
  });

  it.each(Array.from(augmentations, (each) => [each.name, each] as const))(
    `%s is within 2 grey levels of what is done to a picture alone (seed ${seed})`,
    (name, { parameters }) => {
      for (const [width, height] of [
        [112, 112],
        [23, 17],
        [1, 1],
      ] as const) {
        expect(distance([{ name }], pictures(6, width, height), 0), `${width} x ${height}`).toBeLessThanOrEqual(2);
      }
      const edges = Object.entries(parameters).flatMap(([key, { min, max }]) => [{ [key]: min }, { [key]: max }]);
      for (const [i, edge] of edges.entries()) {
        expect(distance([{ name, ...edge }], pictures(4, 40, 29), i), JSON.stringify(edge)).toBeLessThanOrEqual(2);
      }
    },
  );

  it(`a list of all, each by chance, stays as close (seed ${seed})`, () => {
    const specs = Array.from(augmentations, ({ name }) => ({ name, p: 0.4 }));
    for (let round = 0; round < 4; round++) {
      expect(distance(specs, pictures(8, 48, 48), 100 + round)).toBeLessThanOrEqual(2);
    }
  });

  it('leave the images as they were, also where chance passes all over, and leave no tensor behind', () => {
    const [face] = pictures(1, 16, 16) as [Picture];
    for (const p of [0, 1]) {
      const plans = [createPlanner(Array.from(augmentations, ({ name }) => ({ name, p })))(new Random(1), face)];
      const images = fromArray(Float32Array.from(face.data), [1, 3, 16, 16]);
      const before = liveTensors();
      const varied = carryOutTogether(plans, images);
      expect(liveTensors()).toBe(before + 1);
      expect(images.toFloat32()).toEqual(Float32Array.from(face.data));
      if (p === 0) expect(varied.toFloat32()).toEqual(images.toFloat32());
      varied.dispose();
      images.dispose();
    }
  });
});
