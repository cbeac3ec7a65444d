import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Marks a folder that a demo made. A later demo deletes only in marked folders. */
export const demoMarker = '.pocketnet-demo';

/** What a demo writes besides the marker. */
const own = ['photos.jpg', 'run', 'data', 'model.onnx', 'loss.svg', 'roc.svg', 'histogram.svg', 'report.html'];

/**
 * Creates the demo's folder, or clears that of an earlier demo.
 *
 * @throws an Error, with nothing deleted, if the folder holds files that no demo wrote
 */
export function readyDemoFolder(out: string): void {
  mkdirSync(out, { recursive: true });
  const found = readdirSync(out);
  const remedy = 'Name an empty or a new folder with --out.';
  if (found.length > 0 && !existsSync(join(out, demoMarker)))
    throw new Error(
      `${out} is not empty (it holds ${found[0]}) and has no ${demoMarker}, so no demo made it. Nothing was deleted. ${remedy}`,
    );
  const foreign = found.find((name) => name !== demoMarker && !own.includes(name));
  if (foreign !== undefined)
    throw new Error(`${out} holds ${foreign}, which the demo did not write. Nothing was deleted. ${remedy}`);
  // The marker is written first, so that an interrupted demo leaves a folder that the next one may clear.
  writeFileSync(join(out, demoMarker), 'Made by `pocketnet demo`: the next demo deletes what this folder holds.\n');
  for (const name of own) rmSync(join(out, name), { recursive: true, force: true });
}
