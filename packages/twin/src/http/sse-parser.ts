/** One server-sent event. */
export interface SseEvent {
  /** Name of the event; `message` where the stream gives none. */
  readonly event: string;
  readonly data: string;
  /** The last id seen on this stream, which a later event without an id keeps. */
  readonly id: string;
}

export interface SseParser {
  /** Takes the next piece of text, cut anywhere, also within a line end. */
  feed(text: string): void;
}

/**
 * Parses `text/event-stream` as the WHATWG HTML standard, 9.2.6, says: line ends CR, LF or CRLF, a leading
 * byte order mark dropped, comments and unknown fields ignored, an event without data not given. An event
 * that the stream ends within is not given either.
 *
 * @param maxEventLength characters one event may have before the parser throws RangeError; a reader that
 * trusts its server for ever would grow without bound
 */
export function createSseParser(
  onEvent: (event: SseEvent) => void,
  maxEventLength = 4 * 1024 * 1024,
): SseParser {
  let rest = '';
  let atStart = true;
  let endedWithCr = false;
  let event = '';
  let data: string[] = [];
  let dataLength = 0;
  let id = '';

  const takeLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      dataLength = 0;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'data') {
      data.push(value);
      dataLength += value.length;
      if (dataLength > maxEventLength) throw new RangeError('event longer than the limit');
    }
  };

  return {
    feed(text) {
      let start = 0;
      if (text === '') return;
      if (atStart) {
        atStart = false;
        if (text.charCodeAt(0) === 0xfeff) start = 1;
      }
      // The LF of a CRLF that was cut in two ends no second line.
      if (endedWithCr && text.charCodeAt(start) === 10) start += 1;
      endedWithCr = false;
      for (let index = start; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code !== 10 && code !== 13) continue;
        takeLine(rest + text.slice(start, index));
        rest = '';
        if (code === 13) {
          if (index + 1 === text.length) endedWithCr = true;
          else if (text.charCodeAt(index + 1) === 10) index += 1;
        }
        start = index + 1;
      }
      rest += text.slice(start);
      if (rest.length > maxEventLength) throw new RangeError('line longer than the limit');
    },
  };
}
