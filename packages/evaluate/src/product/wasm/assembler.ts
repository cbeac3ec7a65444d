/**
 * A WebAssembly assembler for one function over one imported memory: every instruction is a function that gives its bytes
 * (WebAssembly core specification 2.0, section 5, Binary format; relaxed SIMD proposal for `madd`).
 */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const VOID = 0x40;

/** Variables of the function under assembly, numbered as they are declared: parameters first, then i32, then v128. */
export interface Locals {
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const integer = (value: number): Code => [0x41, ...signed(value)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
/** Adds a constant to an integer variable. */
export const increase = (local: number, by: number): Code => set(local, add(get(local), integer(by)));

/** Runs `body`, then again while the counter, lowered by one each time, is not 0. The counter must start at 1 or more. */
export const countdown = (counter: number, ...body: Code[]): Code => [
  ...[0x03, VOID],
  ...body.flat(),
  ...increase(counter, -1),
  ...get(counter),
  ...[0x0d, 0], // br_if: back to the loop's start
  0x0b,
];

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
/** The four floats at address + offset. */
export const loadVector = (address: number, offset: number): Code => [
  ...get(address),
  ...simd(0x00),
  ...[2, ...unsigned(offset)],
];
/** The float at address + offset, four times. */
export const loadSplat = (address: number, offset: number): Code => [
  ...get(address),
  ...simd(0x09),
  ...[2, ...unsigned(offset)],
];
export const storeVector = (address: number, offset: number, value: Code): Code => [
  ...get(address),
  ...value,
  ...simd(0x0b),
  ...[2, ...unsigned(offset)],
];
export const zeroVector: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];
/** a · b + c with two roundings. */
export const multiplyAdd = (a: Code, b: Code, c: Code): Code => [...c, ...a, ...b, ...simd(0xe6), ...simd(0xe4)];
/** a · b + c with one rounding where the processor can (relaxed SIMD), always the same way on one machine. */
export const fusedMultiplyAdd = (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)];

/** A module that imports `host.memory` and exports one function of i32 parameters without a result. */
export function assemble(name: string, locals: Locals, body: readonly Code[]): Uint8Array<ArrayBuffer> {
  const types = vector([[0x60, ...vector(new Array<Code>(locals.parameters).fill([I32])), ...vector([])]]);
  const memory = [...text('host'), ...text('memory'), 0x02, 0x00, ...unsigned(1)];
  const declared = vector([
    [...unsigned(locals.integers), I32],
    [...unsigned(locals.vectors), V128],
  ]);
  const code = [...declared, ...body.flat(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, vector([memory])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text(name), 0x00, 0]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (words: string): Code => vector(Array.from(words, (letter) => [letter.charCodeAt(0)]));

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
