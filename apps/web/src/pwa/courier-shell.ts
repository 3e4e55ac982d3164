/**
 * Makes the courier's pages an app that can be installed and that opens without a connection. Its worker is
 * `public/courier-sw.js`, by hand: what it does fits a page, and a generator would bring some two hundred packages.
 */
export function startCourierShell(): () => void {
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = '/courier.webmanifest';
  document.head.append(link);
  // Missing over plain http; then the pages work, and need a connection to be opened.
  if ('serviceWorker' in navigator) void register();
  return () => link.remove();
}

async function register(): Promise<void> {
  try {
    await navigator.serviceWorker.register('/courier-sw.js', { scope: '/courier' });
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name));
    // What was loaded before the worker was there.
    const assets = loaded.filter(
      ({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'),
    );
    // A worker is of this origin anyway, and its postMessage takes none.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    active?.postMessage({ type: 'keep', paths: assets.map(({ pathname }) => pathname) });
  } catch (error) {
    console.warn('the pages will not open without a connection', error);
  }
}
