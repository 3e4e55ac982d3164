/**
 * What the courier's pages keep on the device, by name.
 *
 * localStorage and not IndexedDB: it is read and written within one turn of the page, so a tap is kept before anything
 * else can happen, a reload included, and two windows never overwrite each other from an old copy. It is small (5 MB), and
 * an outbox is some kilobytes. What it does not promise is to survive a phone that loses its power in the same seconds;
 * then the server has not heard of the step, the page shows it again, and the courier taps it again.
 */
const PREFIX = 'halfhour.courier.';
/** Where the browser refuses storage, such as in private windows, it lasts as long as the page. */
const memory = new Map<string, string>();

export function readKept(name: string): string | null {
  try {
    return memory.get(name) ?? localStorage.getItem(PREFIX + name);
  } catch {
    return memory.get(name) ?? null;
  }
}

export function keep(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text);
    memory.delete(name);
  } catch {
    memory.set(name, text);
  }
}

/** Whether all that was kept survives a reload. */
export function isKeptForGood(): boolean {
  return memory.size === 0;
}

/** Forgets what begins with `name`: addresses of shoppers do not stay on a device that is signed out. */
export function forget(name: string): void {
  for (const key of memory.keys()) if (key.startsWith(name)) memory.delete(key);
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX + name)) localStorage.removeItem(key);
    }
  } catch {
    // Refused storage keeps nothing.
  }
}

/** Told when another window has changed what is kept under `name`. */
export function onKeptElsewhere(name: string, changed: () => void): () => void {
  const listen = ({ key }: StorageEvent): void => {
    if (key === PREFIX + name) changed();
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}
