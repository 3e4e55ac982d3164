/**
 * Closes what was opened, the last first, all of it whatever fails: a database that went away must not keep the
 * rest from ending. Throws the first failure when all is done.
 */
export async function closeAll(opened: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.toReversed()) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
