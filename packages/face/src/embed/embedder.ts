import { type Arithmetic, planFingerprint, readPlanHeader, readPlanMetadata } from '@pocketnet/engine';
import type { PlanOpener } from '../models/engine.js';
import { type Template, unitTemplate } from '../template.js';
import { type AlignedFace, CROP } from './aligned-face.js';

/** A network that makes templates. */
export interface Embedder {
  /** What its templates carry. */
  readonly model: string;
  /** What it is computed in. */
  readonly arithmetic: Arithmetic;
  embed(crop: AlignedFace): Template;
  close(): void;
}

/** What the templates of a plan carry: its fingerprint, and whether the mirror image was left out. */
export const modelName = (bytes: Uint8Array, mirror: boolean): string =>
  `${planFingerprint(bytes)}${mirror ? '' : '-single'}`;

/**
 * Opens a network of aligned faces.
 *
 * @param mirror whether the mirror image is embedded too and both are summed, as the cards' thresholds are measured; twice the time
 * @throws an Error where the plan takes or gives something else
 */
export async function openEmbedder(bytes: Uint8Array, open: PlanOpener, mirror: boolean): Promise<Embedder> {
  const { height, width, channels } = readPlanHeader(bytes, 'the embedder');
  const { outputs } = readPlanMetadata(bytes, 'the embedder');
  if (height !== CROP || width !== CROP || channels !== 3 || outputs.length !== 1)
    throw new Error(
      `The embedder takes ${channels} channels of ${height} x ${width} and gives ${outputs.length} outputs; it should take 3 of ${CROP} x ${CROP} and give one. Is it the plan of a face network?`,
    );
  const model = modelName(bytes, mirror);
  const plan = await open(bytes, { name: 'the embedder' });
  const output = outputs[0]?.name ?? '';
  const vectorOf = (pixels: Uint8Array): Float32Array => plan.run(pixels)[output] as Float32Array; // its only output
  return {
    ...{ model, arithmetic: plan.arithmetic },
    embed({ data }) {
      const own = vectorOf(data);
      if (!mirror) return unitTemplate(model, own);
      const other = vectorOf(mirrored(data));
      return unitTemplate(
        model,
        Float64Array.from(own, (value, i) => value + (other[i] as number)), // as many
      );
    },
    close: () => plan.close(),
  };
}

function mirrored(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < CROP; y++)
    for (let x = 0; x < CROP; x++) {
      const [from, to] = [3 * (y * CROP + x), 3 * (y * CROP + CROP - 1 - x)];
      for (let c = 0; c < 3; c++) out[to + c] = data[from + c] as number; // inside by the loops' bounds
    }
  return out;
}
