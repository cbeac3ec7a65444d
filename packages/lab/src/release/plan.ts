import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import { compileGraph, decodeModel } from '@pocketnet/onnx';
import { inEightBits } from '../export/index.js';
import type { ReleaseCard } from './card.js';
import type { ReleaseDescription } from './description.js';

/** A byte b is fed as (b - 127.5) / 127.5, as all our networks are trained. */
const PREPROCESSING = { mean: 127.5, deviation: 127.5, order: 'rgb' } as const;

/** Compiles a plain export for the engine: in weights of eight bits where the description names faces for that, else as float16. */
export async function writePlanOf(plain: string, out: string, description: ReleaseDescription['plan']): Promise<void> {
  const { graph, metadata } = decodeModel(readFileSync(plain), plain);
  const store = description ? 'float32' : 'float16';
  const compiled = compileGraph(graph, {
    store,
    preprocessing: PREPROCESSING,
    metadata: { ...metadata, weights: description ? 'int8' : store },
  });
  const { bytes } = description ? await inEightBits(compiled, description.faces, description.crops) : compiled;
  writeFileSync(out, bytes);
}

/** Writes the card into a plan's metadata; its weights, and so its fingerprint, stay. */
export function addCardToPlan(path: string, card: ReleaseCard): void {
  const plan = readPlan(readFileSync(path), basename(path));
  const model = { ...plan.metadata.model, card: JSON.stringify(card) };
  writeFileSync(path, writePlan({ ...plan, metadata: { ...plan.metadata, model } }));
}
