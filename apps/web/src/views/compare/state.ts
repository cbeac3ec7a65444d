import { batch, computed, effect, signal } from '@preact/signals';
import type { Comparison, Template } from 'pocketnet';
import { net, whenOpen } from '../../network/network.js';
import { type FoundFace, lookAt, type Photo, releasePhoto } from '../../network/photo.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';

/** One of the two photos. */
export class Side {
  readonly photo = signal<Photo | undefined>(undefined);
  readonly chosen = signal(0);
  readonly busy = signal(false);
  readonly problem = signal('');
  readonly template = signal<Template | undefined>(undefined);
  readonly found = computed((): FoundFace | undefined => this.photo.value?.faces[this.chosen.value]);
  #turn = 0;

  constructor() {
    effect(() => {
      const [found, with_] = [this.found.value, net.value];
      this.template.value = undefined;
      if (!found || !with_) return;
      void with_.embed(found.crop).then(
        (template) => {
          if (this.found.peek() === found && net.peek() === with_) this.template.value = template;
        },
        (cause: Error) => {
          if (net.peek() === with_) this.problem.value = cause.message;
        },
      );
    });
  }

  /** Looks for the faces of a photo, as soon as the network is open. */
  async take(file: Blob, name: string): Promise<void> {
    const mine = ++this.#turn;
    batch(() => {
      this.busy.value = true;
      this.problem.value = '';
    });
    try {
      const photo = await lookAt(await whenOpen(), file, name);
      if (mine !== this.#turn) return releasePhoto(photo);
      releasePhoto(this.photo.peek());
      batch(() => {
        this.photo.value = photo;
        this.chosen.value = 0;
        if (photo.faces.length === 0) this.problem.value = text.well.noFace;
      });
      announce(photo.faces.length === 0 ? text.well.noFace : `${name}: ${text.well.faces(photo.faces.length)}`);
    } catch (cause) {
      if (mine === this.#turn) {
        this.problem.value = (cause as Error).message;
        announce(this.problem.value);
      }
    } finally {
      if (mine === this.#turn) this.busy.value = false;
    }
  }

  clear(): void {
    this.#turn++;
    releasePhoto(this.photo.peek());
    batch(() => {
      this.photo.value = undefined;
      this.problem.value = '';
      this.busy.value = false;
    });
  }
}

export const sides = [new Side(), new Side()] as const;

/** What both faces say of each other, as soon as there are two. */
export const comparison = computed((): Comparison | undefined => {
  const [a, b] = [sides[0].template.value, sides[1].template.value];
  const with_ = net.value;
  return a && b && with_ && a.model === with_.model && b.model === with_.model ? with_.compare(a, b) : undefined;
});

/** Puts a photo where there is none yet, else in the place of the second. */
export const takeNext = (file: Blob, name: string): Promise<void> =>
  (sides.find(({ photo, busy }) => !photo.value && !busy.value) ?? sides[1]).take(file, name);
