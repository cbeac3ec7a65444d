export { cardSchema, type ReleaseAbout, type ReleaseCard, readCard, usualFmr, usualThreshold } from './card.js';
export { cardMarkdown } from './card-markdown.js';
export { type Condition, conditions } from './conditions.js';
export { descriptionSchema, loadDescription, type ReleaseDescription } from './description.js';
export { halveWeightsFile } from './half-weights.js';
export { measureConditions } from './measure-conditions.js';
export { type ReleaseOptions, releaseNetwork } from './release.js';
