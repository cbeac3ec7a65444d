import { MODULES } from './modules.js';

/** The forms of the WebAssembly modules: plain SIMD, or with the relaxed instructions, which fuse multiply and add. */
export type Form = keyof typeof MODULES;

/** Modules that this package inlines, in base64, by their form. */
export type Modules = Readonly<Record<Form, string>>;

export const FORMS = Object.keys(MODULES) as readonly Form[]; // the record's own keys, the fastest first

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

/** @throws an Error where it doesn't run */
function chosenForm(form: Form | undefined): Form {
  const chosen = (form === undefined ? FORMS : [form]).find(formRuns);
  if (chosen === undefined)
    throw new Error(`This JavaScript engine runs no WebAssembly ${form ?? 'with SIMD'}; take a newer one.`);
  return chosen;
}

/** The module of a form, or of the fastest that runs here; compiled once. @throws an Error where it doesn't run */
export async function formModule(
  form?: Form,
  modules: Modules = MODULES,
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
