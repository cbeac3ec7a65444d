import { ops, saveTensors, scope } from '@pocketnet/torch';
import { loadNetwork } from '../networks/index.js';

/**
 * Copies weights with every kernel as float16, which `loadNetwork` reads as it does float32. Norms and slopes, a small part of the file, stay
 * as they are.
 *
 * @throws an Error that names a kernel with a number beyond a half's range
 */
export function halveWeightsFile(path: string, out: string, metadata: Readonly<Record<string, string>>): void {
  const { network, entry, embedding, input, metadata: own } = loadNetwork(path);
  const shape = { network: entry.name, embedding: String(embedding), input: String(input) };
  scope(() => {
    const halved = [...network.stateDict()].map(([name, value]) => {
      if (value.shape.length < 2 || value.dtype !== 'float32') return [name, value] as const;
      const largest = value.toFloat32().reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
      if (!(largest < 65_504)) throw new Error(`${path}: ${name} holds ${largest}, which is beyond a half's 65,504.`);
      return [name, ops.toDtype(value, 'float16')] as const;
    });
    saveTensors(out, new Map(halved), { ...own, ...shape, ...metadata });
  });
  network.dispose();
}
