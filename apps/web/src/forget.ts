import { ownNetwork } from './network/own-network.js';
import { giveUpOffline } from './offline.js';
import { eraseFiles } from './people/people.js';

/** Leaves nothing of the page in this browser: people, what was said of them, settings, the user's network, what was kept for working offline. */
export async function forgetEverything(): Promise<void> {
  await eraseFiles();
  ownNetwork.value = undefined;
  localStorage.clear();
  sessionStorage.clear();
  await giveUpOffline();
}
