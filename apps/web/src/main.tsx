import { render } from 'preact';
import { App } from './app.js';
import { openNetwork } from './network/network.js';
import { keepOffline } from './offline.js';
import { restoredChoice } from './settings.js';
import './style/index.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
performance.mark('interactive'); // from here on every control answers; tools/measure.mjs reads it

// Whoever fails here has said so on the page.
void restoredChoice()
  .then(openNetwork)
  .then(keepOffline, () => undefined);
