/** Keeps the page for when there is no connection, as soon as the browser has nothing better to do. */
export function keepOffline(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const register = (): void => {
    void navigator.serviceWorker.register('./service-worker.js').catch(() => undefined); // it works without, connected
  };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(register, { timeout: 3000 });
  else setTimeout(register, 1000);
}
