/** An object whose methods answer with promises, in another thread. */
export type Remote<Service> = {
  readonly [K in keyof Service]: Service[K] extends (...values: infer Values) => infer Answer
    ? (...values: Values) => Promise<Awaited<Answer>>
    : never;
};

interface Call {
  readonly id: number;
  readonly method: string;
  readonly values: readonly unknown[];
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** Calls the methods of what a worker serves. Errors arrive with their sentence. */
export function remote<Service>(worker: Worker): Remote<Service> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) asked?.reject(new Error(data.error));
    else asked?.resolve(data.value);
  });
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || 'The worker could not be loaded.'));
    waiting.clear();
  });
  return new Proxy({} as Remote<Service>, {
    get:
      (_, method: string) =>
      (...values: unknown[]) =>
        new Promise((resolve, reject) => {
          const id = next++;
          waiting.set(id, { resolve, reject });
          worker.postMessage({ id, method, values } satisfies Call);
        }),
  });
}

/** Answers the calls of {@link remote}, in a worker, one after the other. */
export function serve(service: object): void {
  const methods = service as Record<string, (...values: readonly unknown[]) => unknown>;
  let last: Promise<unknown> = Promise.resolve();
  globalThis.addEventListener('message', ({ data: { id, method, values } }: MessageEvent<Call>) => {
    last = last.then(async () => {
      try {
        const value = await methods[method]?.(...values);
        postMessage({ id, value } satisfies Answer);
      } catch (cause) {
        postMessage({ id, error: cause instanceof Error ? cause.message : String(cause) } satisfies Answer);
      }
    });
  });
}
