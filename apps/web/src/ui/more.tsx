import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../text.js';

/** So many entries are made at a time: the page answers in between. */
const SLICE = 12;

interface Made {
  readonly index: number;
  readonly child: ComponentChildren;
}

/** Long lists by slices: the next one is made when its place comes near, or by the button there. An entry that stays is not made anew. */
export function More<Entry>(props: {
  entries: readonly Entry[];
  class: string;
  children: (entry: Entry, index: number) => ComponentChildren;
}) {
  const { entries, children } = props;
  const [shown, setShown] = useState(SLICE);
  const made = useRef<ReadonlyMap<Entry, Made>>(new Map());
  const end = useRef<HTMLButtonElement>(null);
  const show = (): void => setShown((before) => before + SLICE);
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && show(), { rootMargin: '600px' });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [shown, entries.length > shown]);
  const now = new Map<Entry, Made>();
  for (const [index, entry] of entries.slice(0, shown).entries()) {
    const before = made.current.get(entry);
    now.set(entry, before?.index === index ? before : { index, child: children(entry, index) });
  }
  made.current = now;
  return (
    <>
      <ul class={props.class}>{Array.from(now.values(), ({ child }) => child)}</ul>
      {shown < entries.length && (
        <button type="button" class="quiet more" ref={end} onClick={show}>
          {text.more(entries.length - shown)}
        </button>
      )}
    </>
  );
}
