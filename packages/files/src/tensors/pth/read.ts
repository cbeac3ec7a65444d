import { FileError } from '../../file-error.js';
import type { StoredTensors } from '../stored.js';
import { flatten } from './flatten.js';
import { isLegacyFormat, openLegacyFormat } from './legacy-format.js';
import { TensorBuilder } from './pickled-tensor.js';
import { openZipFormat, type PthContent } from './zip-format.js';

/**
 * Decodes a file of `torch.save`, of the zip layout or the one before PyTorch 1.6, without running any code of it.
 * A bare state dict gives its own names; nested dictionaries are flattened with dots, plain values in them (epoch,
 * arch, …) become metadata. Strided tensors are made row-major. Contiguous ones are views of `bytes` where aligned.
 *
 * @param name what to call the file in errors
 * @throws FileError where the file is damaged, or pickles anything but tensors and plain values (it names what)
 */
export function decodePth(bytes: Uint8Array, name: string): StoredTensors {
  const { root, bytesOf } = open(bytes, name);
  // A value takes a byte of pickle at least; more of them means that one is reached along endlessly many paths.
  const { tensors, metadata } = flatten(root, name, bytes.length);
  const builder = new TensorBuilder(name, bytes.length, bytesOf);
  return { tensors: new Map([...tensors].map(([key, tensor]) => [key, builder.build(key, tensor)])), metadata };
}

/** Whether a file begins as those of `torch.save` do, of either layout. */
export const isPth = (head: Uint8Array): boolean => isZip(head) || isLegacyFormat(head);

const isZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b;

function open(bytes: Uint8Array, name: string): PthContent {
  if (isZip(bytes)) return openZipFormat(bytes, name);
  if (isLegacyFormat(bytes)) return openLegacyFormat(bytes, name);
  throw new FileError(name, 'is no file of torch.save: it is neither a zip nor begins with the legacy magic number');
}
