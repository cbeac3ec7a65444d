export { readFeatureFile, writeFeatureFile } from './feature-file.js';
export { type MegaFaceFolderOptions, type MegaFaceImages, openMegaFaceFolder } from './folder.js';
export { readImageList, readNoiseList, readTemplateList, type TemplateListFile } from './lists.js';
