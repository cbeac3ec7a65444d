import { MODULES } from './modules.js';

/** The forms of the WebAssembly module: plain SIMD, or with the relaxed instructions, which fuse multiply and add. */
export type Form = keyof typeof MODULES;

export const FORMS = Object.keys(MODULES) as readonly Form[]; // the record's own keys, the fastest first

let fastest: Form | undefined; // asked for once
const compiled = new Map<Form, Promise<WebAssembly.Module>>();
function bytesOf(form: Form): Uint8Array<ArrayBuffer> {
  const text = atob(MODULES[form]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Whether this JavaScript engine takes a form. */
export const formRuns = (form: Form): boolean => WebAssembly.validate(bytesOf(form));

/** The module of a form, or of the fastest that runs here; compiled once. @throws an Error where it doesn't run */
export async function formModule(form?: Form): Promise<{ form: Form; module: WebAssembly.Module }> {
  fastest ??= FORMS.find(formRuns);
  const chosen = form === undefined || form === fastest ? fastest : formRuns(form) ? form : undefined;
  if (chosen === undefined)
    throw new Error(`This JavaScript engine runs no WebAssembly ${form ?? 'with SIMD'}; take a newer one.`);
  let module = compiled.get(chosen);
  if (!module) {
    module = WebAssembly.compile(bytesOf(chosen));
    compiled.set(chosen, module);
  }
  return { form: chosen, module: await module };
}
