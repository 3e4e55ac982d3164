import { useEffect } from 'react';

/** Makes the shop an app of the phone: its manifest, and the worker that keeps its shell. Without either it works as well. */
export function Installable() {
  useEffect(() => {
    // A phone that opens the page over plain HTTP has no workers; in development they would keep what is being changed.
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    keep().catch(console.error);
  }, []);
  return <link rel="manifest" href="/shop.webmanifest" />;
}

/** As the worker calls it. */
const SHELL = 'halfhour-shop-shell';

/** Starts the worker, and keeps with it what this page has loaded before there was one. */
async function keep(): Promise<void> {
  await navigator.serviceWorker.register('/shop-worker.js', { scope: '/shop' });
  await navigator.serviceWorker.ready;
  const cache = await caches.open(SHELL);
  const loaded = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'));
  for (const { href } of loaded) {
    if ((await cache.match(href)) === undefined) await cache.add(href);
  }
  document.documentElement.dataset['kept'] = 'true';
}
