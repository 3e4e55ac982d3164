import type { Place } from '@halfhour/contract';

/** What opens a device's own navigation to a place: the maps of Apple, the chosen app of Android, a web page elsewhere. */
export function navigationLink({ lat, lng }: Place, userAgent: string): string {
  const at = `${lat.toFixed(6)},${lng.toFixed(6)}`;
  if (/iPhone|iPad|iPod/.test(userAgent)) return `maps:?daddr=${at}`;
  if (userAgent.includes('Android')) return `geo:${at}?q=${at}`;
  return `https://www.openstreetmap.org/directions?to=${encodeURIComponent(at)}`;
}
