import { render } from 'preact';
import { App } from './app.js';
import { openFirstNetwork } from './network/first-network.js';
import { keepOffline } from './offline.js';
import './style/index.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
performance.mark('interactive'); // from here on every control answers; tools/measure.mjs reads it

// Whoever fails here has said so on the page.
void openFirstNetwork().then(keepOffline, () => undefined);
