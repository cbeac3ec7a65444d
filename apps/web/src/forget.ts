import { ownNetwork } from './network/own-network.js';
import { eraseFiles } from './people/people.js';

/** Leaves nothing of the page in this browser: people and what was said of them, settings, networks of the user's, what was kept for working offline. */
export async function forgetEverything(): Promise<void> {
  await eraseFiles();
  ownNetwork.value = undefined;
  localStorage.clear();
  sessionStorage.clear();
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}
