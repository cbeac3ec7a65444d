import { signal } from '@preact/signals';
import { text } from './text.js';

export type View = keyof typeof text.views;
export const views = Object.keys(text.views) as View[];

const current = (): View => views.find((view) => location.hash === `#${view}`) ?? 'compare';

/** The part of the page that is shown, as its address says. */
export const route = signal<View>(current());
addEventListener('hashchange', () => {
  route.value = current();
});
