import { type Change, isRemoval, StaleError, type Store } from '../stores/store.js';
import { recordOf, removalOf } from './state/records.js';
import type { GalleryState } from './state/state.js';
import { removingTemplates } from './steps/forget.js';

/** Another process may be first so often in a row. */
const TRIES = 20;

/** Brings what is planned into the store and then into the state, in one order for all processes. */
export class Ledger {
  /** Of a store with several writers: the version that the state is of. */
  #version: bigint | undefined;
  /** When the last catching up is done; and the next one, while it has not begun. */
  #caughtUp: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(
    readonly store: Store,
    readonly state: GalleryState,
  ) {}

  /** Reads all of the store, and finishes what a crash broke off. */
  async open(): Promise<void> {
    for await (const changes of this.store.read()) await this.#take(changes);
    await this.#finishErasing();
  }

  /**
   * Plans changes on what is known now and commits them; plans anew where another process was first.
   *
   * @param depends whether the plan depends on what others may change
   */
  async commit<T extends { readonly changes: readonly Change[] }>(plan: () => T, depends = true): Promise<T> {
    for (let tries = 1; ; tries++) {
      await this.catchUp();
      const version = this.#version; // that the plan rests on; others may be taken in before it is committed
      const planned = plan();
      try {
        await this.#write(planned.changes, depends ? version : undefined);
        return planned;
      } catch (cause) {
        if (!(cause instanceof StaleError) || tries === TRIES) throw cause;
      }
    }
  }

  /** Commits changes that remove something, and leaves no byte of it. A crash in between is made up for at the next opening. */
  async erase<T extends { readonly changes: readonly Change[] }>(plan: () => T): Promise<T> {
    const planned = await this.commit(() => {
      const made = plan();
      return { ...made, changes: [...made.changes, recordOf('setting', 'erasing', {})] };
    });
    await this.#finishErasing();
    return planned;
  }

  /** Commits changes; where a crop goes with them, no byte of it is left. */
  async replace<T extends { readonly changes: readonly Change[] }>(plan: () => T): Promise<T> {
    let erases = false;
    const planned = await this.commit(() => {
      const made = plan();
      erases = made.changes.some((change) => change.kind === 'crop' && isRemoval(change));
      return erases ? { ...made, changes: [...made.changes, recordOf('setting', 'erasing', {})] } : made;
    });
    if (erases) await this.#finishErasing();
    return planned;
  }

  /** Takes in what other processes changed, in their order. Those who ask while one is under way share the next. */
  catchUp(): Promise<void> {
    if (!this.store.catchUp) return Promise.resolve();
    this.#next ??= this.#caughtUp.then(async () => {
      this.#next = undefined; // who asks from here on may want what this one does not see
      const news = await this.store.catchUp?.(this.#version);
      if (!news) return;
      await this.#take(news.changes);
      this.#version = news.version;
    });
    this.#caughtUp = this.#next.catch(() => undefined);
    return this.#next;
  }

  async #finishErasing(): Promise<void> {
    const orphans = this.state.orphans();
    if (orphans.length > 0) await this.#write(removingTemplates(this.state, orphans));
    if (this.state.settings.erasing === undefined && orphans.length === 0) return;
    await this.store.compact();
    await this.#write([removalOf('setting', 'erasing')]);
  }

  async #write(changes: readonly Change[], unchangedSince?: bigint): Promise<void> {
    await this.state.prepare(changes);
    await this.store.commit(changes, { unchangedSince });
    if (this.store.catchUp)
      await this.catchUp(); // others' changes may come before these
    else this.state.apply(changes);
  }

  async #take(changes: readonly Change[]): Promise<void> {
    await this.state.prepare(changes);
    this.state.apply(changes);
  }
}
