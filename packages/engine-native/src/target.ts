import { type Addon, loadAddon } from './addon.js';

/** The addon, and an instruction set's place among those that this machine can run; the fastest unless said. @throws an Error where it has none */
export function targetOf(wanted: string | undefined): { addon: Addon; form: string; target: number } {
  const addon = loadAddon();
  const forms = addon.targets();
  const form = wanted ?? forms[0] ?? '';
  const target = forms.indexOf(form);
  if (target < 0) throw new Error(`This machine runs ${forms.join(', ') || 'no form of the engine'}, not "${form}".`);
  return { addon, form, target };
}
