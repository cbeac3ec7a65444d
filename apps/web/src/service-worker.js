// Keeps the page for when there is no connection. Every file but the page itself carries its content in its name.
const FILES = __FILES__;
const CACHE = `pocketnet-${__VERSION__}`;

addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener('activate', (event) => {
  const outdated = (name) => name.startsWith('pocketnet-') && name !== CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(outdated).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => {
      const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
      if (kept) return kept;
      const answer = await fetch(request);
      if (answer.ok && request.url.endsWith('.pnet')) await cache.put(request, answer.clone());
      return answer;
    }),
  );
});
