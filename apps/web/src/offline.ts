let registering: Promise<unknown> | undefined;
let isOver = false;

/** Keeps the page for when there is no connection, as soon as the browser has nothing better to do. */
export function keepOffline(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const register = (): void => {
    if (isOver) return;
    registering = navigator.serviceWorker.register('./service-worker.js').catch(() => undefined); // it works without, connected
  };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(register, { timeout: 3000 });
  else setTimeout(register, 1000);
}

/** Gives up what was kept, and what is being kept just now. */
export async function giveUpOffline(): Promise<void> {
  isOver = true;
  await registering;
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    await settled(registration.installing); // else it would fill its cache after that was emptied
    await registration.unregister();
  }
  for (const name of await caches.keys()) await caches.delete(name);
}

/** Resolves when a service worker is installed, or was given up. */
const settled = (worker: ServiceWorker | null): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (worker?.state !== 'installing') resolve();
    };
    worker?.addEventListener('statechange', look);
    look();
  });
