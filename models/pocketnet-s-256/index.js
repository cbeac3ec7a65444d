import { loadFile } from '../load-file.js';

/** The plan of PocketNetS-256. The address is literal, so that bundlers see the file. */
export const load = () => loadFile(new URL('./pocketnet-s-256.pnet', import.meta.url));
