import { settings } from '../settings.js';
import { openNetwork } from './network.js';
import { networks } from './networks.js';
import { ownBytes } from './own-network.js';

/** Opens the network that was chosen last: one of the page's own, or the user's that is kept here. Else the first of the page's. */
export async function openFirstNetwork(): Promise<void> {
  const { network, own, strict = false } = settings();
  const known = networks.find(({ name }) => name === network);
  const bytes = !known && network !== undefined && network === own ? await ownBytes() : undefined;
  if (bytes)
    try {
      return await openNetwork({ name: network as string, bytes, strict }); // own has bytes and a name
    } catch {
      // damaged, as when the browser ended while it was written: one of the page's own does
    }
  await openNetwork({ name: known?.name ?? networks[0]?.name ?? '', strict });
}
