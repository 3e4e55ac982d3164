/*
 * Keeps the shop's shell on the phone, so that it opens without a connection and says that it has none. By hand: three
 * rules are shorter than a library of them, and nothing of the API is kept, since a price or a promise of yesterday is
 * worse than none. Of `/shop` alone: the other surfaces have needs of their own.
 */
const SHELL = 'halfhour-shop-shell';
/** More than all pieces of two versions of the app; beyond that the oldest go. */
const MAX_PIECES = 150;

addEventListener('install', (event) => {
  event.waitUntil(keepShell().then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  event.waitUntil(clients.claim());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(piece(request));
});

/** The page as it is now; without a connection the one that was kept. */
async function page(request) {
  try {
    const answer = await fetch(request);
    // Every page of the shop is the same document, which names the pieces of its version.
    if (answer.ok) await (await caches.open(SHELL)).put('/shop', answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match('/shop', { cacheName: SHELL });
    if (kept === undefined) throw error;
    return kept;
  }
}

/** Pieces carry a hash of their content in their name: what is kept is right for ever. */
async function piece(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await forget(cache);
  }
  return answer;
}

/** The page and what it names: the entry, its styles and what it loads at once. */
async function keepShell() {
  const cache = await caches.open(SHELL);
  const answer = await fetch('/shop', { headers: { accept: 'text/html' }, cache: 'no-cache' });
  if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
  const html = await answer.clone().text();
  await cache.put('/shop', answer);
  await cache.addAll([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]));
}

/** In the order in which they were put in. */
async function forget(cache) {
  const pieces = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith('/assets/'));
  await Promise.all(pieces.slice(0, Math.max(0, pieces.length - MAX_PIECES)).map((old) => cache.delete(old)));
}
