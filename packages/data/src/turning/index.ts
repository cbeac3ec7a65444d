export type { Pose } from './project.js';
export { turnPairs } from './turn-pairs.js';
export { turnPicture } from './turn-picture.js';
export { turnSheet } from './turn-sheet.js';
export { type Turn, type TurnTable, turnTable } from './turn-table.js';
