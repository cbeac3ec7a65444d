import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lies in every folder that a demo has made: only there may the next one delete. */
export const demoMarker = '.pocketnet-demo';

/** What a demo writes beside its marker. */
const own = ['run', 'data', 'model.onnx', 'loss.svg', 'roc.svg', 'histogram.svg', 'report.html'];

/**
 * Makes a demo's folder, or clears one of an older demo.
 *
 * @throws an Error, with nothing deleted, for a folder that holds anything and was not made by a demo, or to which something was added
 */
export function readyDemoFolder(out: string): void {
  mkdirSync(out, { recursive: true });
  const found = readdirSync(out);
  const remedy = 'Name an empty or a new folder with --out.';
  if (found.length > 0 && !existsSync(join(out, demoMarker)))
    throw new Error(
      `${out} holds ${found[0]}, and no ${demoMarker} says that a demo made it: nothing is deleted there. ${remedy}`,
    );
  const foreign = found.find((name) => name !== demoMarker && !own.includes(name));
  if (foreign !== undefined)
    throw new Error(`${out} holds ${foreign}, which is not the demo's: nothing is deleted there. ${remedy}`);
  // The marker comes first: a demo that is interrupted leaves a folder that the next one may clear.
  writeFileSync(join(out, demoMarker), 'Made by `pocketnet demo`: the next demo deletes what this folder holds.\n');
  for (const name of own) rmSync(join(out, name), { recursive: true, force: true });
}
