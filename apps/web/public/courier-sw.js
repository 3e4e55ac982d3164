/*
 * The offline shell of the courier's pages. Pages come from the network, or from the last one that was kept; files under
 * /assets carry a hash of their content, so a kept one is as good as any. Nothing of the API is kept here:
 * what the pages show without a connection they keep themselves.
 */
const CACHE = 'courier-1';
const PAGE = '/index.html';
/** Of files that are kept; the oldest go. A build has some thirty. */
const MAX_FILES = 150;
/** A page that takes longer comes from what was kept. */
const PATIENCE_MS = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.add(PAGE))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('courier-') && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', ({ data }) => {
  if (data?.type !== 'keep' || !Array.isArray(data.paths)) return;
  void keepAll(data.paths.slice(0, MAX_FILES));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(file(url.pathname));
});

async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.ok) await cache.put(PAGE, response.clone());
    return response;
  } catch {
    return (await cache.match(PAGE)) ?? Response.error();
  }
}

async function file(path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept !== undefined) return kept;
  const response = await fetch(path);
  if (response.ok) await cache.put(path, response.clone());
  return response;
}

async function keepAll(paths) {
  const cache = await caches.open(CACHE);
  for (const path of new Set(paths)) {
    if (!path.startsWith('/assets/') || (await cache.match(path)) !== undefined) continue;
    const response = await fetch(path).catch(() => undefined);
    if (response?.ok) await cache.put(path, response);
  }
  const files = (await cache.keys()).filter(({ url }) => new URL(url).pathname !== PAGE);
  for (const old of files.slice(0, Math.max(0, files.length - MAX_FILES))) await cache.delete(old);
}
