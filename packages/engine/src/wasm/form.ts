import { MODULES } from './modules.js';

/** The forms of the WebAssembly module: plain SIMD, or with the relaxed instructions, which fuse multiply and add. */
export type Form = keyof typeof MODULES;

export const FORMS = Object.keys(MODULES) as readonly Form[]; // the record's own keys, the fastest first

const compiled = new Map<Form, Promise<WebAssembly.Module>>();
const bytesOf = (form: Form): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(MODULES[form]), (c) => c.charCodeAt(0));

/** Whether this JavaScript engine takes a form. */
export const formRuns = (form: Form): boolean => WebAssembly.validate(bytesOf(form));

/** The module of a form, or of the fastest that runs here; compiled once. @throws an Error where it doesn't run */
export async function formModule(form?: Form): Promise<{ form: Form; module: WebAssembly.Module }> {
  const chosen = form ?? FORMS.find(formRuns);
  if (chosen === undefined || !formRuns(chosen))
    throw new Error(`This JavaScript engine runs no WebAssembly ${form ?? 'with SIMD'}; take a newer one.`);
  let module = compiled.get(chosen);
  if (!module) {
    module = WebAssembly.compile(bytesOf(chosen));
    compiled.set(chosen, module);
  }
  return { form: chosen, module: await module };
}
