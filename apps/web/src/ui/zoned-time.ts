/** What calendar and clocks show at a moment in a time zone, as `2026-11-23 14:05:00`. */
export function localTimeOf(moment: string | number, timeZone: string): string {
  const ms = new Date(moment).getTime();
  return new Date(ms + offsetMs(ms, timeZone)).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * The moment, in epoch milliseconds, at which a local time is shown in a time zone. A time that is shown twice is the
 * earlier one; one that clocks pass over is as long after the change as it was meant to be.
 *
 * @param local `2026-11-23 14:05:00`, or a date alone for its midnight
 */
export function momentOfLocal(local: string, timeZone: string): number {
  const [day = '', time = '00:00:00'] = local.split(/[ T]/);
  const asUtc = Date.parse(`${day}T${time}Z`);
  const before = asUtc - offsetMs(asUtc - 86_400_000, timeZone);
  const after = asUtc - offsetMs(asUtc + 86_400_000, timeZone);
  const shows = (moment: number): boolean => moment + offsetMs(moment, timeZone) === asUtc;
  if (shows(before)) return before;
  return shows(after) ? after : before;
}

/** By how much the clocks of a zone are ahead of UTC at a moment. */
function offsetMs(moment: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(moment)) part[type] = value;
  const local = Date.parse(
    `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}Z`,
  );
  return local - Math.floor(moment / 1_000) * 1_000;
}

const formats = new Map<string, Intl.DateTimeFormat>();
