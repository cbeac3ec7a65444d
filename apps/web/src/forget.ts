import { eraseGallery } from './people/people.js';

/** Leaves nothing of the page in this browser: people, settings, what was kept for working offline. */
export async function forgetEverything(): Promise<void> {
  await eraseGallery();
  localStorage.clear();
  sessionStorage.clear();
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}
