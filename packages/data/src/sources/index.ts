export type { FaceSource, SourceKind } from './face-source.js';
export { openImageFolder } from './image-folder.js';
export { openRecordIO } from './recordio.js';
export { openSource, sources } from './registry.js';
export { holdOut, type Selection, subset } from './subset.js';
