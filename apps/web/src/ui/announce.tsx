import { signal } from '@preact/signals';

const said = signal('');

/** Says something to those who cannot see it appear. */
export const announce = (sentence: string): void => {
  said.value = sentence;
};

export const Announcer = () => (
  <div class="unseen" role="status" aria-live="polite">
    {said}
  </div>
);
