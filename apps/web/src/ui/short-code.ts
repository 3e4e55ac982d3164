/** A short name of an order or courier for people to say aloud. */
export function shortCode(id: string): string {
  // The end of an id is the process and a counter, nearly always the same; before it stands the time.
  return id.slice(-10, -4).toUpperCase();
}
