import { loadFile } from '../load-file.js';

/** The plan of PocketNetS-128. The address is literal, so that bundlers see the file. */
export const load = () => loadFile(new URL('./pocketnet-s-128.pnet', import.meta.url));
