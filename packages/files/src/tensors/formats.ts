import { decodePth, isPth } from './pth/read.js';
import { encodePth } from './pth/write.js';
import { decodeSafetensors, encodeSafetensors, isSafetensors } from './safetensors.js';
import type { StoredTensors } from './stored.js';

/** One file format of named tensors. */
export interface TensorFormat {
  readonly name: string;
  /** Endings that files are written under; read are files of any name. */
  readonly extensions: readonly string[];
  /** Whether a file that begins with these bytes, 16 or more, is of this format. */
  matches(head: Uint8Array): boolean;
  /** @param name what to call the file in errors */
  decode(bytes: Uint8Array, name: string): StoredTensors;
  /** The pieces of the file, in order, so that gigabytes need no second copy. @param name what to call the file in errors */
  encode(stored: StoredTensors, name: string): Uint8Array[];
}

/** File formats of tensors. They are told apart by content: people call checkpoints `.pth`, `.ckpt`, `.bin`, `.pth.tar` … */
export const tensorFormats: readonly TensorFormat[] = [
  {
    name: 'safetensors',
    extensions: ['.safetensors'],
    matches: isSafetensors,
    decode: decodeSafetensors,
    encode: encodeSafetensors,
  },
  { name: 'torch.save', extensions: ['.pth', '.pt'], matches: isPth, decode: decodePth, encode: encodePth },
];

/** The format of a file of tensors by its first 16 bytes or more; undefined where it is none. */
export const tensorFormatOf = (head: Uint8Array): TensorFormat | undefined =>
  tensorFormats.find((format) => format.matches(head));
