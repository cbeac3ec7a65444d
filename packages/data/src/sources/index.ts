export { type DrawPairsOptions, drawPairs } from './draw-pairs.js';
export { type FaceSource, isUnlabelled, type SourceKind } from './face-source.js';
export { openImageFolder } from './image-folder.js';
export { imageNumber, listedImages, writeImageList } from './image-list.js';
export { type JoinedParts, joinLocations, openJoined, partsOf } from './joined.js';
export { openRecordIO } from './recordio.js';
export { openSource, sources } from './registry.js';
export { type SetAsideOptions, setAside } from './set-aside.js';
export { folds, holdOut, type Selection, subset } from './subset.js';
