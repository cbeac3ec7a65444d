import type { Graph, Node } from '../graph/graph.js';

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The 16 bits of the IEEE half nearest to a number, ties to even; beyond 65,504 infinity. */
export function toHalf(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0] as number; // it has one
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // A subnormal half: a multiple of 2⁻²⁴. The sum rounds, to even.
    FLOAT[0] = Math.abs(value) + 0.5;
    return sign | ((BITS[0] as number) - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/** The number of a half's 16 bits. */
export function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

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
    if (taken.has(half)) throw new Error(`The graph already has a value "${half}". Rename it.`);
    const halves = Uint16Array.from(data as Float32Array, toHalf);
    const lost = (data as Float32Array).findIndex(
      (value, i) => Number.isFinite(value) && (halves[i] as number & 0x7c00) === 0x7c00,
    );
    if (lost >= 0) throw new Error(`"${name}" holds ${data[lost]}, which is beyond float16's largest number, 65,504.`);
    initializers.delete(name);
    initializers.set(half, { dtype: 'float16', shape, data: halves });
    casts.push({
      ...{ op: 'Cast', domain: '', name: `${name}.cast`, inputs: [half], outputs: [name] },
      attributes: new Map([['to', { kind: 'int', value: 1 }]]),
    });
  }
  return { ...graph, initializers, nodes: [...casts, ...graph.nodes] };
}
