import mozjpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import mozjpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import type { Picture } from '../picture.js';
import { decodeBySharp } from './by-sharp.js';
import { readJpegHeader } from './jpeg-header.js';
import { mendJpeg } from './jpeg-mend.js';
import { checkClaim, checkSize, holdsAt, type PictureFormat } from './picture-format.js';
import { startCodec, type WasmCodec, type WasmFactory } from './wasm-codec.js';

/** At best: a block of 8 x 8 takes a bit at least in the first scan of a progressive JPEG. */
const PIXELS_A_BYTE = 512;

export const jpeg: PictureFormat = {
  name: 'jpeg',
  extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
  matches: (bytes) => holdsAt(bytes, 0, [0xff, 0xd8]),
  size: (bytes) => checkSize('JPEG', readJpegHeader(bytes)),
  decode(bytes) {
    const header = checkSize('JPEG', readJpegHeader(bytes));
    checkClaim('JPEG', header, bytes, PIXELS_A_BYTE);
    return header.channels === 4 ? decodeBySharp(bytes) : decodeJpeg(bytes); // CMYK is not the codec's
  },
};

/**
 * Decodes a baseline or progressive JPEG in grey or YCbCr at once, on this thread, by MozJPEG compiled to WebAssembly:
 * for small crops twice as fast as the way through a pool of threads. EXIF orientation is applied.
 *
 * @throws RangeError whose message is the reason, a sentence without a full stop.
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const { picture, complaint } = attempt(bytes);
  if (picture && complaint === undefined) return picture;
  // Of a file cut short or scrambled libjpeg only warns, and fills the rest with grey; and it warns of much that is no damage.
  const mended = complaint !== undefined && MENDABLE.test(complaint) ? mendJpeg(bytes) : undefined;
  const again = mended && attempt(mended);
  if (mended && again?.picture && losesNothing(mended, again.complaint)) return again.picture;
  const said = complaint?.trim().replace(/\.$/, '');
  throw new RangeError(said === undefined ? 'the JPEG cannot be decoded' : `the JPEG is damaged (${said})`);
}

/** Warnings behind which there need be no damage. */
const MENDABLE =
  /extraneous bytes|Invalid SOS parameters|JFIF revision|ICC marker|Adobe color|Premature end of JPEG file/;

/** Above so many pixels the codec is let go afterwards: its memory grows with the picture and never shrinks. */
const KEEP_CODEC = 16_000_000;

function attempt(bytes: Uint8Array): { picture?: Picture; complaint: string | undefined } {
  decoder ??= startCodec<Decoder>(mozjpegDecoder as WasmFactory, 'codec/dec/mozjpeg_dec.wasm');
  const codec = decoder;
  try {
    const decoded = codec.call.decode(bytes, true);
    const complaint = codec.takeComplaint();
    if (!decoded) return { complaint };
    const { width, height, data } = decoded;
    if (width * height > KEEP_CODEC) decoder = undefined;
    return { picture: { width, height, data: rgbOf(data) }, complaint };
  } catch {
    decoder = undefined; // its memory is in an unknown state: the next picture gets a fresh one
    return { complaint: codec.takeComplaint() };
  }
}

/** More bytes than these left over at the end of a scan say that the decoder lost its way in it. */
const SOME_BYTES = 32;

/** Whether what is said of mended bytes is nothing, or only of padding after the last scan: few bytes, or of one value. */
function losesNothing(mended: Uint8Array, complaint: string | undefined): boolean {
  if (complaint === undefined) return true;
  const left = Number(/ (\d+) extraneous bytes before marker 0xd9/.exec(complaint)?.[1] ?? Number.NaN);
  const padding = mended.subarray(Math.max(0, mended.length - 2 - left), mended.length - 2);
  return left <= SOME_BYTES || padding.every((byte) => byte === padding[0]);
}

/** Encodes at once, on this thread: baseline, 4:4:4, as aligned crops are kept. `quality` is in 1..100. */
export function encodeJpegSync(picture: Picture, quality = 92): Uint8Array {
  if (!(quality >= 1 && quality <= 100)) throw new RangeError(`JPEG quality must be in 1..100, not ${quality}.`);
  encoder ??= startCodec<Encoder>(mozjpegEncoder as WasmFactory, 'codec/enc/mozjpeg_enc.wasm');
  const options = { ...BASELINE_444, quality, chroma_quality: quality };
  return encoder.call.encode(rgbaOf(picture.data), picture.width, picture.height, options).slice();
}

/** MozJPEG's options for what every decoder reads: no trellis search, no progressive scans, the tables of T.81 annex K. */
const BASELINE_444 = {
  baseline: true,
  arithmetic: false,
  progressive: false,
  optimize_coding: true,
  smoothing: 0,
  color_space: 3,
  quant_table: 0,
  trellis_multipass: false,
  trellis_opt_zero: false,
  trellis_opt_table: false,
  trellis_loops: 1,
  auto_subsample: false,
  chroma_subsample: 1,
  separate_chroma_quality: false,
};

interface Decoder {
  decode(
    bytes: Uint8Array,
    applyOrientation: boolean,
  ): { width: number; height: number; data: Uint8ClampedArray } | null;
}
interface Encoder {
  encode(rgba: Uint8Array, width: number, height: number, options: object): Uint8Array;
}
let decoder: WasmCodec<Decoder> | undefined;
let encoder: WasmCodec<Encoder> | undefined;

function rgbOf(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb;
}

function rgbaOf(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] as number;
    rgba[to + 1] = rgb[from + 1] as number;
    rgba[to + 2] = rgb[from + 2] as number;
  }
  return rgba;
}
