import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { FORMS } from '@pocketnet/engine';
import { describe, expect, it } from 'vitest';

const WITHOUT_COMPILER = 75;
const script = fileURLToPath(new URL('../scripts/build-wasm.mjs', import.meta.url));

describe('the WebAssembly modules', () => {
  const built = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });

  it.skipIf(built.status === WITHOUT_COMPILER)('are what the C makes, byte for byte', () => {
    expect(built.stderr).toBe('');
    expect(built.status).toBe(0);
  });

  it.each(FORMS)('%s takes no more than 60 kB, and 16 kB when it is sent', (form) => {
    const bytes = readFileSync(fileURLToPath(new URL(`../wasm/${form}.wasm`, import.meta.url)));
    expect(bytes.length).toBeLessThanOrEqual(60_000);
    expect(brotliCompressSync(bytes).length).toBeLessThanOrEqual(16_000);
  });
});
