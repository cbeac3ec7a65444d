import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../text.js';

/** So many entries are made at a time: the page answers in between. */
const SLICE = 12;

/** Long lists by slices: the next one is made when its place comes near, or by the button there. */
export function More<Entry>(props: {
  entries: readonly Entry[];
  class: string;
  children: (entry: Entry, index: number) => ComponentChildren;
}) {
  const { entries, children } = props;
  const [shown, setShown] = useState(SLICE);
  const end = useRef<HTMLButtonElement>(null);
  const show = (): void => setShown((before) => before + SLICE);
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && show(), { rootMargin: '600px' });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [shown, entries.length > shown]);
  return (
    <>
      <ul class={props.class}>{entries.slice(0, shown).map(children)}</ul>
      {shown < entries.length && (
        <button type="button" class="quiet" ref={end} onClick={show}>
          {text.more(entries.length - shown)}
        </button>
      )}
    </>
  );
}
