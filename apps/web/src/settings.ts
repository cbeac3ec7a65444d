import { type Choice, choice } from './network/network.js';
import { networks } from './network/networks.js';

/** What is kept of the page's settings, in the browser. */
interface Settings {
  readonly network?: string;
  readonly strict?: boolean;
  /** Licence and intended use were accepted. */
  readonly accepted?: boolean;
}

const KEY = 'pocketnet-settings';

export function settings(): Settings {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Settings;
  } catch {
    return {}; // damaged, or storage is forbidden
  }
}

export function keep(change: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...settings(), ...change }));
  } catch {
    // storage is forbidden: it holds as long as the page
  }
}

/** The network that was chosen last, where it is one of the page's own. */
export async function restoredChoice(): Promise<Choice> {
  const { network, strict = false } = settings();
  const known = networks.find(({ name }) => name === network);
  return { name: known?.name ?? choice.value.name, strict };
}
