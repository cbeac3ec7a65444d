/** What is kept of the page's settings, in the browser. */
interface Settings {
  readonly network?: string | undefined;
  readonly strict?: boolean;
  /** Name of the user's own network, where one is kept. */
  readonly own?: string | undefined;
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
