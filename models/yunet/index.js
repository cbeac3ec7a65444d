import { loadFile } from '../load-file.js';

/** The plan of YuNet. The address is literal, so that bundlers see the file. */
export const load = () => loadFile(new URL('./yunet.pnet', import.meta.url));
