// The worker of a page: new Worker(new URL('pocketnet/worker', import.meta.url), { type: 'module' }).
import { imageKinds } from '../images/index.js';
import type { Ask } from './messages.js';
import { serve } from './serve.js';

serve(
  {
    postMessage: (message, transfer) => globalThis.postMessage(message, { transfer }),
    onAsk: (listener) => globalThis.addEventListener('message', ({ data }: MessageEvent<Ask>) => listener(data)),
  },
  imageKinds,
);
