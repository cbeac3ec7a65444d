import { FileError } from '../../file-error.js';
import { ForeignValue } from '../../pickle/index.js';
import { PickledTensor } from './pickled-tensor.js';

/** The tensors and plain values of a checkpoint under dotted names. */
export interface Flat {
  tensors: Map<string, PickledTensor>;
  metadata: Record<string, string>;
}

const deepest = 32;
const longestName = 4096;

/**
 * Flattens nested dictionaries and lists with dots: `{state_dict: {fc.weight: T}}` gives `state_dict.fc.weight`.
 * Numbers, strings and booleans that stand in dictionaries (epoch, arch, …) become metadata.
 *
 * @param limit the most values that an honest file of this size holds; shared nested values could claim endlessly many
 * @throws FileError, with the keys found, where there is no tensor at all
 */
export function flatten(root: unknown, file: string, limit: number): Flat {
  const flat: Flat = { tensors: new Map(), metadata: {} };
  const foreign = new Set<string>();
  let visited = 0;

  const walk = (value: unknown, path: string, depth: number, inList: boolean): void => {
    visited += 1;
    if (visited > limit || depth > deepest || path.length > longestName) {
      throw new FileError(file, `nests its values endlessly or too deeply (at "${path.slice(0, 80)}")`);
    }
    if (value instanceof PickledTensor) {
      const name = path === '' ? 'tensor' : path;
      if (flat.tensors.has(name)) throw new FileError(file, `holds two tensors that are both called "${name}"`);
      flat.tensors.set(name, value);
    } else if (value instanceof ForeignValue) {
      foreign.add(value.name);
      walk(value.entries, path, depth + 1, inList);
    } else if (value instanceof Map) {
      // A tuple or None names no weight: such dictionaries are some tool's own.
      for (const [key, inner] of value) if (isScalar(key)) walk(inner, join(path, String(key)), depth + 1, false);
    } else if (Array.isArray(value)) {
      for (const [index, inner] of value.entries()) walk(inner, join(path, String(index)), depth + 1, true);
    } else if (!inList && path !== '' && isScalar(value)) {
      Object.defineProperty(flat.metadata, path, { value: String(value), enumerable: true });
    }
  };

  walk(root, '', 0, false);
  if (flat.tensors.size > 0) return flat;
  if (foreign.size === 0) throw new FileError(file, `holds no tensors; ${describe(root)}`);
  throw foreignError(file, [...foreign]);
}

/** Of a file that holds things of such classes and no tensors. */
export function foreignError(file: string, names: readonly string[]): FileError {
  return new FileError(
    file,
    `pickles ${names.slice(0, 3).join(', ')}, which is not loaded: only tensors in dictionaries are, since an unknown class could run ` +
      'code. Save the weights alone: torch.save(model.state_dict(), path)',
  );
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isScalar(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function describe(root: unknown): string {
  if (!(root instanceof Map)) return 'it is not a dictionary';
  const keys = [...root.keys()].filter(isScalar).map((key) => `"${String(key).slice(0, 60)}"`);
  if (keys.length === 0) return 'its dictionary is empty';
  return `its keys are ${keys.slice(0, 20).join(', ')}${keys.length > 20 ? ` and ${keys.length - 20} more` : ''}`;
}
