import { nativeForms, nativeProblem, openPlan, openSearch } from '@pocketnet/engine-native';
import { describe, expect, it } from 'vitest';
import { engineContract } from '../../engine/test/contract.js';
import { edgesContract } from '../../engine/test/edges-contract.js';
import { searchContract } from '../../engine/test/search-contract.js';

const problem = nativeProblem();

describe.skipIf(problem !== undefined)('the addon', () => {
  it('names what it can run when asked for something else', async () => {
    await expect(openPlan(new Uint8Array(), { form: 'mmx' })).rejects.toThrow(
      `This machine runs ${nativeForms().join(', ')}`,
    );
  });
});

if (problem === undefined)
  for (const form of nativeForms()) {
    engineContract(form, (bytes, options) => openPlan(bytes, { ...options, form }));
    edgesContract(form, (bytes, options) => openPlan(bytes, { ...options, form }));
    searchContract(form, (dimension, options) => openSearch(dimension, { ...options, form }));
  }
