/** Modules that added siblings from outside the repository. */
export const extensions = new Set<string>();

/**
 * Siblings by name, in the order in which they were added. The repository's own stand in the list that a registry begins with; whoever
 * writes one outside the repository hands it to `add`.
 */
export class Registry<Sibling extends { readonly name: string }> implements Iterable<Sibling> {
  readonly #siblings = new Map<string, Sibling>();

  /** @param what one of them is called in messages, such as `augmentation` */
  constructor(
    readonly what: string,
    own: readonly Sibling[],
  ) {
    for (const sibling of own) this.add(sibling);
  }

  /**
   * @param module `import.meta.url` of the module that adds it: the loader's worker threads, which share nothing with this one, import it too
   * @throws Error where there is another one of that name
   */
  add(sibling: Sibling, module?: string): void {
    const { name } = sibling;
    if (this.#siblings.has(name))
      throw new Error(`There is a second ${this.what} named ${name}: give yours another name.`);
    this.#siblings.set(name, sibling);
    if (module !== undefined) extensions.add(module);
  }

  get(name: string): Sibling | undefined {
    return this.#siblings.get(name);
  }

  has(name: string): boolean {
    return this.#siblings.has(name);
  }

  get names(): string[] {
    return [...this.#siblings.keys()];
  }

  [Symbol.iterator](): IterableIterator<Sibling> {
    return this.#siblings.values();
  }
}
