export {
  checkAgainst,
  checkConfig,
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
  readConfigFile,
  saveConfig,
} from './load.js';
export { mergeConfig } from './merge.js';
export { parseOverrides } from './overrides.js';
export { type ExperimentConfig, experimentSchema } from './schema.js';
