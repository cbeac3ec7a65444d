import type { Arithmetic } from '../plan/format.js';
import { MODULES } from './modules.js';

/** The forms of the WebAssembly modules, the fastest first: with the relaxed instructions, which fuse multiply and add, or plain SIMD. */
export const FORMS = ['relaxed', 'simd'] as const;

export type Form = (typeof FORMS)[number];

/** Modules that this package inlines, in base64, by their form. */
export type Modules = Readonly<Record<Form, string>>;

/** The modules that run plans. Those for integers stand apart from those for floats, since a plan is computed in one of them. */
export function planModules(arithmetic: Arithmetic): Modules {
  if (arithmetic === 'float') return MODULES;
  const bytes = arithmetic === 'int7' && multipliesBytes('relaxed');
  return { relaxed: bytes ? MODULES['relaxed-bytes'] : MODULES.integers, simd: MODULES.integers };
}

/** Whether a form multiplies four bytes at once and sums the products, rightly. */
export const multipliesBytes = (form: Form): boolean => form === 'relaxed' && formRuns(form) && dotsAreExact();

/** A module that exports d(x) = 1 + 4 · 127 · x, by i32x4.relaxed_dot_i8x16_i7x16_add_s. */
const DOT = 'AGFzbQEAAAABBgFgAX8BfwMCAQAHBQEBZAAAChcBFQAgAP0PQf8A/Q9BAf0R/ZMC/RsACw==';

let exact: boolean | undefined; // asked for once

/** Whether the relaxed dot product gives what it should: in Node 20, behind its flag, it adds the products twice and leaves the sum out. */
function dotsAreExact(): boolean {
  if (exact === undefined) {
    const { d } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(DOT))).exports as { d(x: number): number };
    exact = d(-127) === 1 - 4 * 127 * 127;
  }
  return exact;
}

/** Modules of one function that has an instruction of each form: asking with them is much cheaper than with those that do the work. */
const PROBES: Modules = {
  relaxed: 'AGFzbQEAAAABBQFgAAF7AwIBAAoTAREAQQD9D0EA/Q9BAP0P/YUCCw==', // f32x4.relaxed_madd
  simd: 'AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==', // i8x16.popcnt
};

const runs = new Map<Form, boolean>(); // asked for once
const compiled = new Map<string, Promise<WebAssembly.Module>>();
const compiledNow = new Map<string, WebAssembly.Module>();

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Whether this JavaScript engine takes a form. */
export function formRuns(form: Form): boolean {
  const known = runs.get(form) ?? WebAssembly.validate(bytesOf(PROBES[form]));
  runs.set(form, known);
  return known;
}

/** A form, or the fastest that runs here. @throws an Error where it doesn't run */
export function chosenForm(form: Form | undefined): Form {
  const chosen = (form === undefined ? FORMS : [form]).find(formRuns);
  if (chosen === undefined)
    throw new Error(`This JavaScript engine runs no WebAssembly ${form ?? 'with SIMD'}; take a newer one.`);
  return chosen;
}

/** The module of a form, or of the fastest that runs here; compiled once. @throws an Error where it doesn't run */
export async function formModule(
  form: Form | undefined,
  modules: Modules,
): Promise<{ form: Form; module: WebAssembly.Module }> {
  const chosen = chosenForm(form);
  const code = modules[chosen];
  const module = compiled.get(code) ?? WebAssembly.compile(bytesOf(code));
  compiled.set(code, module);
  return { form: chosen, module: await module };
}

/** The same at once, for small modules: a browser compiles large ones only aside. */
export function formModuleNow(form: Form | undefined, modules: Modules): WebAssembly.Module {
  const code = modules[chosenForm(form)];
  const module = compiledNow.get(code) ?? new WebAssembly.Module(bytesOf(code));
  compiledNow.set(code, module);
  return module;
}
