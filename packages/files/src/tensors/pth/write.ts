import { PickleWriter } from '../../pickle/index.js';
import { zipPieces } from '../../zip/writer.js';
import { checkStored, elementCount, rowMajorStrides, type StoredTensor, type StoredTensors } from '../stored.js';
import { storageNames } from './classes.js';

/**
 * The pieces of a state dict that `torch.load` reads, with `weights_only=True` too (PyTorch 1.6 and later): the same bytes for the same
 * tensors. The format has no place for metadata; `stored.metadata` is left out.
 *
 * @param file what to call it in errors
 */
export function encodePth(stored: StoredTensors, file: string): Uint8Array[] {
  for (const [name, tensor] of stored.tensors) checkStored(file, name, tensor);
  const text = new TextEncoder();
  const entries = [
    { name: 'archive/data.pkl', data: pickleStateDict(stored.tensors) },
    { name: 'archive/byteorder', data: text.encode('little') },
    ...[...stored.tensors.values()].map(({ data }, key) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: text.encode('3\n') },
  ];
  return zipPieces(entries, file);
}

/** `OrderedDict({name: _rebuild_tensor_v2(storage, 0, shape, strides, requires_grad=False, hooks=OrderedDict())})`. */
function pickleStateDict(tensors: ReadonlyMap<string, StoredTensor>): Uint8Array {
  const pickle = new PickleWriter().global('collections', 'OrderedDict').code(')R(');
  let key = 0;
  for (const [name, { dtype, shape }] of tensors) {
    pickle.text(name).global('torch._utils', '_rebuild_tensor_v2').code('((');
    pickle.text('storage').global('torch', storageNames[dtype]).text(String(key)).text('cpu');
    pickle.integer(elementCount(shape)).code('tQK\0');
    pickle.tuple(shape).tuple(rowMajorStrides(shape));
    pickle.code('\x89').global('collections', 'OrderedDict').code(')RtR');
    key += 1;
  }
  return pickle.code('u').finish();
}
