import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

export interface EncodedAnswer {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** Strong validator of the content, quoted. */
  readonly etag: string;
}

export interface EncodedAnswers {
  encode(value: object): Promise<EncodedAnswer>;
}

/**
 * Keeps the JSON and the gzip of large answers that stay the same, such as a city's streets (megabytes).
 * Known by identity: a handler that answers the very same object again gets the bytes made the first time,
 * and they are freed with the object. Nothing else is compressed: other answers are small, and on the way
 * to a browser a proxy in front compresses better than the one thread that takes orders.
 */
export function createEncodedAnswers(): EncodedAnswers {
  const known = new WeakMap<object, Promise<EncodedAnswer>>();
  return {
    encode(value) {
      let answer = known.get(value);
      if (answer === undefined) {
        answer = encodeAnswer(value);
        known.set(value, answer);
        answer.catch(() => known.delete(value));
      }
      return answer;
    },
  };
}

async function encodeAnswer(value: object): Promise<EncodedAnswer> {
  const plain = Buffer.from(JSON.stringify(value));
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, gzip: await compress(plain), etag };
}
