import type { StoredTensors } from '@pocketnet/files';
import { readTensors } from '@pocketnet/files/node';
import { fromStored, ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
import { readFrame } from '../search-space/frame.js';
import { readGenotype } from '../search-space/genotype-text.js';
import { describeMisfits, type Fit, fit, misfits } from './fit.js';
import { findNetwork, type NetworkEntry, networks } from './registry.js';

/** A network with weights from a file, in evaluation mode. */
export interface LoadedNetwork {
  network: Block;
  entry: NetworkEntry;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the input in pixels. */
  input: number;
  /** Classes of the head that stands beside the network in its file; undefined where there is none. */
  classes: number | undefined;
  /** What the file says of itself: data, seed, step, … */
  metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights into the network that they are of: safetensors or `torch.save`, under any file name, bare or inside a training
 * checkpoint, behind any prefix. The embedding's width and the input's side are read off the weights' shapes.
 *
 * @param name the network; by default what the file's metadata says, or else the registered one that the weights fit
 * @throws an Error that names the file, the closest network, and which entries differ, where nothing fits
 */
export function loadNetwork(path: string, name?: string): LoadedNetwork {
  const stored = readTensors(path);
  const named = name ?? stored.metadata.network;
  const match = named === undefined ? recognise(stored, networks) : matched(findNetwork(named), stored);
  if (match === undefined || misfits(match.fit) > 0) {
    match?.network.dispose();
    throw new Error(`${path}: ${misfitText(stored, named, match)}`);
  }
  const { network, entry, embedding, input } = match;
  scope(() => network.loadStateDict(entriesFor(network, stored, match.fit.prefix)));
  const classes = classesBeside(stored, match);
  return { network: network.eval(), entry, embedding, input, classes, metadata: stored.metadata };
}

/**
 * The entries of a file that a network's state needs, under the network's names, on its device and of its types: engines lack operators for the halves that a
 * file may hold. Shapes may differ. What the file lacks is the network's own.
 *
 * @param prefix what stands before the names in the file; found where it is not given
 */
export function entriesFor(network: Block, { tensors }: StoredTensors, prefix?: string): Map<string, Tensor> {
  const own = network.stateDict();
  const before = prefix ?? fit(tensors, own).prefix;
  return new Map(
    Array.from(own, ([name, value]) => {
      const given = tensors.get(before + name);
      if (!given) return [name, value];
      const entry = ops.toDevice(fromStored(given), value.device, value.dtype);
      return [name, value.shape.length === 0 ? ops.reshape(entry, []) : entry];
    }),
  );
}

/** A network that was built as a file's shapes ask for it, and how well they fit. */
interface Match {
  entry: NetworkEntry;
  network: Block;
  embedding: number;
  input: number;
  fit: Fit;
}

/** Builds a network for a file: of the width and the input that its shapes tell, or else its metadata. */
function matched(entry: NetworkEntry, { tensors, metadata }: StoredTensors): Match {
  const { genotype, frame } = metadata;
  const build = (embedding: number, input: number): Match => {
    const network = entry.build({
      embedding,
      input,
      ...(genotype !== undefined && { genotype: readGenotype(genotype) }),
      ...(frame !== undefined && { frame: readFrame(frame) }),
    });
    return { entry, network, embedding, input, fit: fit(tensors, network.stateDict()) };
  };
  const said = build(Number(metadata.embedding ?? entry.embedding), Number(metadata.input ?? 112));
  if (misfits(said.fit) === 0) return said;
  const { embedding = said.embedding, lastMap } = entry.tell((name) => tensors.get(said.fit.prefix + name)?.shape);
  const input = lastMap === undefined || lastMap === Math.ceil(said.input / 16) ? said.input : 16 * lastMap;
  if (embedding === said.embedding && input === said.input) return said;
  said.network.dispose();
  return build(embedding, input);
}

/** The registered network that a file is of, best of the very width; or the closest one. */
function recognise(stored: StoredTensors, among: readonly NetworkEntry[]): Match | undefined {
  // Building a deep network takes a second: one that has no entry for its embedding in the file is left out where another has.
  const likely = among.filter((entry) => entry.tell((name) => shapeEndingIn(name, stored)).embedding !== undefined);
  let best: Match | undefined;
  for (const entry of likely.length > 0 ? likely : among) {
    const fitsAlready = best !== undefined && misfits(best.fit) === 0;
    if (fitsAlready && entry.embedding !== best?.embedding) continue;
    const match = matched(entry, stored);
    if (best === undefined || misfits(match.fit) < misfits(best.fit) || isNamesake(match, best)) {
      best?.network.dispose();
      best = match;
    } else match.network.dispose();
    if (misfits(best.fit) === 0 && best.entry.embedding === best.embedding) break;
  }
  return best;
}

function shapeEndingIn(name: string, { tensors }: StoredTensors): readonly number[] | undefined {
  for (const [key, { shape }] of tensors) if (key.endsWith(name)) return shape;
  return undefined;
}

/** Whether two networks fit alike, and the first by its own definition. */
const isNamesake = (match: Match, best: Match): boolean =>
  misfits(match.fit) === misfits(best.fit) &&
  match.entry.embedding === match.embedding &&
  best.entry.embedding !== best.embedding;

function misfitText(stored: StoredTensors, named: string | undefined, match: Match | undefined): string {
  const others = networks.filter(({ name }) => name !== match?.entry.name);
  const closest = named === undefined ? match : recognise(stored, others);
  closest?.network.dispose();
  const isCloser = match && closest && misfits(closest.fit) < misfits(match.fit);
  const told =
    named === undefined || match === undefined
      ? 'These weights do not fit any network here.'
      : `These weights do not fit ${match.entry.name}: ${describeMisfits(match.fit)}.`;
  if (closest && misfits(closest.fit) === 0) return `${told} They are those of ${closest.entry.name}.`;
  if (closest && (named === undefined || isCloser))
    return `${told} The closest is ${closest.entry.name}: ${describeMisfits(closest.fit)}.`;
  return `${told} No other network is closer.`;
}

/** The first matrix beside the network with the embedding on one side: of a head, [classes, d] or [d, classes]. */
function classesBeside({ tensors }: StoredTensors, { network, embedding, fit: { prefix } }: Match): number | undefined {
  const own = network.stateDict();
  for (const [name, { shape }] of tensors) {
    const isOwn = name.startsWith(prefix) && own.has(name.slice(prefix.length));
    if (isOwn || shape.length !== 2 || !shape.includes(embedding)) continue;
    return shape[0] === embedding ? shape[1] : shape[0];
  }
  return undefined;
}
