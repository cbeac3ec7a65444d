import { setFlagsFromString } from 'node:v8';
import { FORMS, formRuns, openPlan, openSearch } from '@pocketnet/engine';
import { engineContract } from './contract.js';
import { edgesContract } from './edges-contract.js';
import { searchContract } from './search-contract.js';

// Node 20 has the relaxed instructions behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');

for (const form of FORMS.filter(formRuns)) {
  engineContract(form, (bytes, options) => openPlan(bytes, { ...options, form }));
  edgesContract(form, (bytes, options) => openPlan(bytes, { ...options, form }));
  searchContract(form, (dimension, options) => openSearch(dimension, { ...options, form }));
}
