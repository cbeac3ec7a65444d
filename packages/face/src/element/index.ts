// Importing `pocketnet/element` defines <pocketnet-compare>.
import { PocketNetCompare } from './compare-element.js';

if (!customElements.get('pocketnet-compare')) customElements.define('pocketnet-compare', PocketNetCompare);

export { PocketNetCompare };
