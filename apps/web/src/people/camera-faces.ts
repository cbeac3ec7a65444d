import type { Correction, Face, StoredTemplate } from 'pocketnet/gallery';

/** A face that somebody said something of, before a camera. */
interface Remembered {
  readonly face: Face;
  readonly template: StoredTemplate;
}

/** A crop whose template is not known yet. */
export interface Unlearned {
  readonly id: string;
  readonly crop: Blob;
}

/**
 * Faces before the camera of which something was said. A camera's pictures have no name that comes again: a face is known by its
 * looks: what was said of the one that it resembles most holds for it. Crops are kept, not templates; those are of one network.
 */
export class CameraFaces {
  readonly #remembered = new Map<string, Remembered>();

  /** Those of which there is a crop, and no template of this network yet. */
  unlearned(corrections: readonly Correction[], crops: ReadonlyMap<string, Blob>): Unlearned[] {
    const known = new Set(corrections.map(({ id }) => id));
    for (const id of this.#remembered.keys()) if (!known.has(id)) this.#remembered.delete(id);
    return corrections.flatMap(({ id, crop: kept }) => {
      const crop = kept && !this.#remembered.has(id) ? crops.get(id) : undefined;
      return crop ? [{ id, crop }] : [];
    });
  }

  learn(id: string, face: Face, template: StoredTemplate): void {
    this.#remembered.set(id, { face, template });
  }

  /** The one that looks most like this. */
  nearest({ model, vector }: StoredTemplate): { readonly face: Face; readonly cosine: number } | undefined {
    let best: { face: Face; cosine: number } | undefined;
    for (const { face, template } of this.#remembered.values()) {
      if (template.model !== model) continue;
      const cosine = template.vector.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
      if (!best || cosine > best.cosine) best = { face, cosine };
    }
    return best;
  }

  clear(): void {
    this.#remembered.clear();
  }
}
