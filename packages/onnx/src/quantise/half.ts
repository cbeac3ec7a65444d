import { fromHalfBits as fromHalf, halfBits as toHalf } from '@pocketnet/engine/plan';
import type { Graph, Node } from '../graph/graph.js';

export { fromHalf, toHalf };

/** Below so many numbers the cast costs more than the half saves. */
const LEAST = 64;

/**
 * The graph with its large float32 constants as halves, each cast back by a node that runtimes compute once, when they load the model: half
 * the file, the same speed. Numbers move by 2⁻¹¹ of themselves at most.
 *
 * @throws an Error that names a constant with a number beyond a half's range
 */
export function halveWeights(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const casts: Node[] = [];
  const taken = new Set([...initializers.keys(), ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs])]);
  for (const [name, { dtype, shape, data }] of graph.initializers) {
    if (dtype !== 'float32' || data.length < LEAST || graph.inputs.some((input) => input.name === name)) continue;
    const half = `${name}.half`;
    if (taken.has(half)) throw new Error(`The graph has a value "${half}" already.`);
    const halves = Uint16Array.from(data as Float32Array, toHalf);
    const lost = (data as Float32Array).findIndex(
      (value, i) => Number.isFinite(value) && (halves[i] as number & 0x7c00) === 0x7c00,
    );
    if (lost >= 0) throw new Error(`"${name}" holds ${data[lost]}, which is beyond a half's 65,504.`);
    initializers.delete(name);
    initializers.set(half, { dtype: 'float16', shape, data: halves });
    casts.push({
      ...{ op: 'Cast', domain: '', name: `${name}.cast`, inputs: [half], outputs: [name] },
      attributes: new Map([['to', { kind: 'int', value: 1 }]]),
    });
  }
  return { ...graph, initializers, nodes: [...casts, ...graph.nodes] };
}
