import mozjpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import mozjpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import type { Picture } from './picture.js';
import { startCodec, type WasmCodec, type WasmFactory } from './wasm-codec.js';

/**
 * Decodes a baseline or progressive JPEG in grey or YCbCr at once, on this thread, by MozJPEG compiled to WebAssembly:
 * for small crops twice as fast as the way through a pool of threads. EXIF orientation is applied.
 *
 * @throws RangeError whose message is the reason, a sentence without a full stop.
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  decoder ??= startCodec<Decoder>(mozjpegDecoder as WasmFactory, 'codec/dec/mozjpeg_dec.wasm');
  const codec = decoder;
  let complaint: string | undefined;
  try {
    const decoded = codec.call.decode(bytes, true);
    complaint = codec.takeComplaint();
    // Of a file cut short or scrambled libjpeg only warns, and fills the rest with grey.
    if (decoded && isHarmless(complaint)) {
      return { width: decoded.width, height: decoded.height, data: rgbOf(decoded.data) };
    }
  } catch {
    decoder = undefined; // its memory is in an unknown state: the next picture gets a fresh one
    complaint ??= codec.takeComplaint();
  }
  const said = complaint?.trim().replace(/\.$/, '');
  throw new RangeError(said === undefined ? 'the JPEG cannot be decoded' : `the JPEG is damaged (${said})`);
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

/** Cameras leave stray bytes between segments; no pixel is lost by them. */
function isHarmless(complaint: string | undefined): boolean {
  return complaint === undefined || complaint.includes('extraneous bytes before marker');
}

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
