export type { Pose } from './project.js';
export { turnPicture } from './turn-picture.js';
export { type Turn, type TurnTable, turnTable } from './turn-table.js';
