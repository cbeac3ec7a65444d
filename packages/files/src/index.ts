// What needs no disk: it runs in browsers too. What does stands in node.ts.
export { joinBytes } from './bytes.js';
export { crc32, crc32c } from './crc.js';
export { FileError } from './file-error.js';
export { fromHalf, toHalf } from './half.js';
export { nearestName } from './nearest.js';
export * from './pickle/index.js';
export { Random } from './random.js';
export { sha256 } from './sha256.js';
export { type TensorFormat, tensorFormatOf, tensorFormats } from './tensors/formats.js';
export { decodeNpy, isNpy, npyHeader } from './tensors/npy.js';
export { decodePth, isPth } from './tensors/pth/read.js';
export { encodePth } from './tensors/pth/write.js';
export { decodeSafetensors, encodeSafetensors, isSafetensors, safetensorsNames } from './tensors/safetensors.js';
export {
  dtypeBytes,
  elementCount,
  type StoredDtype,
  type StoredTensor,
  type StoredTensors,
} from './tensors/stored.js';
export { ZipArchive } from './zip/reader.js';
export { type StoredEntry, zipPieces } from './zip/writer.js';
