import { BatchNorm2d } from '../nn/layers.js';
import type { Module } from '../nn/module.js';
import type { ProcessGroup } from './process-group.js';

/**
 * Gives every BatchNorm2d of a module the statistics of all ranks' batches while it trains; `null` gives them back their own. A layer that
 * is in evaluation mode (frozen) is not touched by it. Kernels that normalise on their own have to ask `layer.synchronised` first.
 * @returns how many layers there are
 */
export function synchroniseBatchNorm(module: Module, group: ProcessGroup | null): number {
  let layers = 0;
  for (const [, part] of module.modules()) {
    if (!(part instanceof BatchNorm2d)) continue;
    part.synchronised = group !== null && group.size > 1 ? group : null;
    layers++;
  }
  return layers;
}
