import { defineConfig } from 'vite';
import { contentPolicy } from './tools/content-policy.js';
import { drawnPeople } from './tools/drawn-people.js';
import { serviceWorker } from './tools/service-worker.js';

// Addresses are relative, so that the folder may lie at any path of any host.
export default defineConfig({
  base: './',
  plugins: [drawnPeople(), contentPolicy(), serviceWorker()],
  worker: { format: 'es' },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  preview: { host: 'localhost', port: 4173 },
  server: { host: 'localhost', port: 5173 },
});
