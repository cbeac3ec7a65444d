export { type IjbFaces, type IjbLandmarks, readIjbFaces, readIjbLandmarks } from './faces.js';
export { type IjbFolder, type IjbListFile, openIjbFolder } from './folder.js';
export { type IjbList, readIjbList } from './lists.js';
export { type IjbPairs, readIjbPairs } from './pairs.js';
