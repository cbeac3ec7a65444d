import { useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useRef } from 'preact/hooks';
import { choice, opened, openNetwork } from './network/network.js';
import { route, type View, views } from './route.js';
import { text } from './text.js';
import { Announcer } from './ui/announce.js';
import { Compare } from './views/compare/compare.js';
import { Live } from './views/live/live.js';
import { Numbers } from './views/numbers/numbers.js';
import { People } from './views/people/people.js';
import { Sort } from './views/sort/sort.js';

const shown: Record<View, ComponentType> = {
  compare: Compare,
  people: People,
  live: Live,
  sort: Sort,
  numbers: Numbers,
};

export function App() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useSignalEffect(() => {
    document.title = `${text.views[route.value]} · ${text.name}`;
    if (!first.current) main.current?.focus({ preventScroll: true });
    if (!first.current) scrollTo(0, 0);
    first.current = false;
  });
  const Shown = shown[route.value];
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {text.skip}
      </button>
      <header class="bar">
        <a class="brand" href="#compare">
          {text.name}
        </a>
        <nav aria-label={text.navigation}>
          {views.map((view) => (
            <a key={view} href={`#${view}`} aria-current={view === route.value ? 'page' : undefined}>
              {text.views[view]}
            </a>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1} ref={main}>
        <Shown />
      </main>
      <footer>
        <p>{text.private}</p>
        <NetworkState />
      </footer>
      <Announcer />
    </>
  );
}

function NetworkState() {
  const now = opened.value;
  if (now.state === 'failed')
    return (
      <p class="problem">
        {text.network.failed(now.message)}{' '}
        <button type="button" class="quiet" onClick={() => void openNetwork(choice.value).catch(() => undefined)}>
          {text.network.again}
        </button>
      </p>
    );
  return (
    <p class="network">
      {now.state === 'ready'
        ? text.network.ready(choice.value.name)
        : text.network.loading(Math.round(100 * now.share))}
    </p>
  );
}
