import { ops, type Tensor } from '@pocketnet/torch';
import { execute, type Readable } from './interpreter.js';
import { type Branch, type Recording, record, type Value } from './recording.js';

/**
 * Runs a network as `execute` does, to the same numbers but for rounding, with all of its separable operations that hang together in one
 * native operator (packages/torch/native/kernels/separable_graph.cc), which goes through memory half as often.
 */
export function runFused(network: Readable, image: Tensor): Tensor {
  const recording = record(network);
  const users = usersOf(recording);
  const done = new Map<Value, Tensor>([[recording.image, image]]);
  const tensorOf = (value: Value): Tensor => {
    const tensor = done.get(value);
    if (!tensor) throw new Error('A value of the network was asked for before it was computed.');
    return tensor;
  };
  for (const piece of piecesOf(recording)) {
    const fused = piece.some(isSeparable) && runGraph(graphOf(piece, users), tensorOf);
    if (fused) for (const [value, tensor] of fused) done.set(value, tensor);
    else for (const value of piece) done.set(value, runAlone(value, value.inputs.map(tensorOf)));
  }
  return tensorOf(recording.result);
}

type Separable = Value & { kind: 'separable' };
const isSeparable = (value: Value): value is Separable => value.kind === 'separable';
const isFusible = ({ kind }: Value): boolean => kind === 'separable' || kind === 'sum' || kind === 'concat';

function runAlone(value: Value, [x, y, ...more]: Tensor[]): Tensor {
  const one = x as Tensor; // every value but the image has an input, and a sum has two
  switch (value.kind) {
    case 'image':
      throw new Error('The image is given, not computed.');
    case 'other':
      return value.run(one, y as Tensor);
    case 'sum':
      return execute.add(one, y as Tensor);
    case 'concat':
      return execute.concat(y ? [one, y, ...more] : [one]);
    case 'separable': {
      const { branch } = value;
      if (branch.half === undefined) {
        const fused = execute.separable?.(one, branch.layers, y);
        if (fused) return fused;
      }
      const chain = runLayers(one, branch);
      return y ? execute.add(y, chain) : chain;
    }
  }
}

function runLayers(x: Tensor, branch: Branch): Tensor {
  const [prelu, depthwise, pointwise, norm] = branch.layers;
  const active = execute.prelu(x, prelu);
  const seen = branch.half === 1 ? execute.shift(active) : active;
  const mixed = execute.conv(execute.conv(seen, depthwise), pointwise);
  if (branch.half === undefined) return execute.norm(mixed, norm);
  countBatch(branch);
  const { weight, bias, mean, variance } = normOf(branch);
  return ops.batchNorm(mixed, weight, bias, mean, variance, norm.training, norm.momentum, norm.eps, true);
}

/** Notes once that a layer's running statistics have seen one more batch. */
function countBatch({ layers: [, , , norm], half }: Branch): void {
  if (half !== 1) norm.countBatch();
}

/** What the native operator knows of a batch-norm: of one that belongs to two branches, a view of one half. */
function normOf({ layers: [, , pointwise, norm], half }: Branch) {
  const { outChannels: channels } = pointwise;
  const own = <T extends Tensor | null>(values: T): T | Tensor =>
    half === undefined || values === null ? values : ops.slice(values, 0, half * channels, (half + 1) * channels);
  return {
    weight: own(norm.weight),
    bias: own(norm.bias),
    mean: own(norm.running_mean),
    variance: own(norm.running_var),
  };
}

/**
 * The values in pieces that can be computed one after the other: what cannot be fused by itself; what can, with all that it hangs together
 * with. How many of the former lie before a value is its depth; pieces of one depth do not need each other.
 */
function piecesOf({ values }: Recording): Value[][] {
  const depths = new Map<Value, number>();
  const pieces = new Map<Value, Value[]>();
  for (const value of values) {
    const depth = Math.max(...value.inputs.map((input) => depths.get(input) ?? 0)) + (isFusible(value) ? 0 : 1);
    depths.set(value, depth);
    const joined = isFusible(value)
      ? value.inputs
          .filter((input) => isFusible(input) && depths.get(input) === depth)
          .map((input) => pieces.get(input) ?? [])
      : [];
    const piece = [...new Set(joined)].flat();
    piece.push(value);
    for (const member of piece) pieces.set(member, piece);
  }
  const place = new Map(values.map((value, i) => [value, i]));
  const inOrder = (a: Value, b: Value): number => (place.get(a) ?? 0) - (place.get(b) ?? 0);
  const depthOf = ([value]: Value[]): number => (value && depths.get(value)) ?? 0;
  const isOther = ([value]: Value[]): boolean => value !== undefined && !isFusible(value);
  return [...new Set(pieces.values())]
    .map((piece) => piece.toSorted(inOrder))
    .toSorted((a, b) => depthOf(a) - depthOf(b) || Number(isOther(b)) - Number(isOther(a)));
}

/** A summand of a node: states side by side, through a separable operation or as they are. */
interface Term {
  branch?: Branch;
  sources: readonly number[];
}

/** What the native operator is given. */
interface Graph {
  /** States from 0 on; then come the nodes. */
  inputs: readonly Value[];
  nodes: readonly (readonly Term[])[];
  outputs: readonly { value: Value; states: readonly number[] }[];
}

/** @param piece fusible values that hang together, in their order */
function graphOf(piece: readonly Value[], users: Users): Graph {
  const members = new Set(piece);
  const inputs = [...new Set(piece.flatMap(({ inputs }) => inputs))].filter((value) => !members.has(value));
  const isOutput = (value: Value): boolean =>
    (users.get(value) ?? []).some((user) => user === null || !members.has(user));
  // What is only added to something else becomes some of that one's terms.
  const summands = new Set(
    piece.flatMap((value) => (isSeparable(value) ? value.inputs.slice(1) : value.kind === 'sum' ? value.inputs : [])),
  );
  const isAbsorbed = (value: Value): boolean =>
    members.has(value) &&
    value.kind !== 'concat' &&
    summands.has(value) &&
    users.get(value)?.length === 1 &&
    !isOutput(value);

  const states = new Map(inputs.map((value, i) => [value, i]));
  const statesOf = (value: Value): number[] =>
    value.kind === 'concat' && members.has(value) ? value.inputs.flatMap(statesOf) : [states.get(value) ?? -1];
  const termsOf = (value: Value): Term[] => {
    const [first, ...added] = value.inputs;
    if (!isSeparable(value)) return value.inputs.flatMap(summand);
    return [...added.flatMap(summand), { branch: value.branch, sources: first ? statesOf(first) : [] }];
  };
  const summand = (value: Value): Term[] => (isAbsorbed(value) ? termsOf(value) : [{ sources: statesOf(value) }]);

  const nodes: Term[][] = [];
  const addNode = (terms: Term[]): number => inputs.length + nodes.push(terms) - 1;
  for (const value of piece)
    if (value.kind !== 'concat' && !isAbsorbed(value)) states.set(value, addNode(termsOf(value)));
  // A state stands in one output; where it is wanted once more, or is an input, by a copy.
  const placed = new Set(inputs.keys());
  const outputs = piece.filter(isOutput).map((value) => ({
    value,
    states: statesOf(value).map((state) => {
      const own = placed.has(state) ? addNode([{ sources: [state] }]) : state;
      placed.add(own);
      return own;
    }),
  }));
  return { inputs, nodes, outputs };
}

/** Who takes each value, once for every time; null for the caller, who takes the result. */
type Users = ReadonlyMap<Value, readonly (Value | null)[]>;

function usersOf({ values, result }: Recording): Users {
  const users = new Map<Value, (Value | null)[]>(values.map((value) => [value, []]));
  for (const value of values) for (const input of value.inputs) users.get(input)?.push(value);
  users.get(result)?.push(null);
  return users;
}

/** Undefined where the operator does not take these inputs. */
function runGraph(
  { inputs, nodes, outputs }: Graph,
  tensorOf: (value: Value) => Tensor,
): [value: Value, tensor: Tensor][] | undefined {
  const tensors = inputs.map(tensorOf);
  const branches = nodes.flat().flatMap(({ branch }) => branch ?? []);
  const [first] = branches.map(({ layers: [, , , norm] }) => norm);
  if (!first || branches.some(({ layers }) => layers[3].training !== first.training)) return undefined;
  if (!tensors.every((tensor) => ops.fitsChannelsLast(tensor))) return undefined;
  for (const branch of branches) countBatch(branch);
  const norms = branches.map(normOf);
  const counted = (list: readonly number[]): number[] => [list.length, ...list];
  const made = ops.separableGraph(
    tensors,
    branches.flatMap(({ layers: [prelu, depthwise, pointwise] }, i) => {
      const { weight = null, bias = null } = norms[i] ?? {};
      return [prelu.weight, depthwise.weight, pointwise.weight, weight, bias];
    }),
    norms.flatMap(({ mean, variance }) => [mean, variance]),
    [
      nodes.length,
      ...nodes.flatMap((terms) => [
        terms.length,
        ...terms.flatMap(({ branch, sources }) => [stepOf(branch), ...counted(sources)]),
      ]),
      outputs.length,
      ...outputs.flatMap(({ states }) => counted(states)),
    ],
    first.training,
    first.momentum,
    first.eps,
  );
  return outputs.map(({ value }, i) => [value, made[i] as Tensor]); // one for each
}

/** The operator's word for what a term sees of its states: nothing is done to them, or all, every other pixel, or those one further. */
function stepOf(branch: Branch | undefined): number {
  if (!branch) return 0;
  return branch.half === 1 ? 3 : branch.layers[1].stride;
}
