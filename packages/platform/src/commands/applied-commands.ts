/**
 * The commands that brought an order or a route to where it is, kept in its own row: a repeat is found where the row is
 * read anyway, in the transaction that would change it, for as long as there is the row, without a row of its own for
 * each step. Keys of one caller are told apart by row: a key used for two orders names two commands.
 *
 * 20 bytes each: 8 of caller and key, 8 of the body, 4 of the version that was reached, or of whatever else tells the
 * owner of the row what the command answered.
 */
import type { CommandKey } from '../api/index.ts';

const WIDTH = 20;
/** Far more than an order has steps, or a route that fits into half an hour; beyond it the oldest are forgotten. */
const MAX_KEPT = 64;

export type Applied = Uint8Array | undefined;

/** What became of a command: undefined when the row has not seen it. */
export function findApplied(
  applied: Applied,
  command: CommandKey,
): { readonly version: number; readonly sameBody: boolean } | undefined {
  if (applied === undefined) return undefined;
  const view = viewOf(applied);
  const name = fingerprint(`${command.caller} ${command.key}`);
  for (let at = 0; at < applied.length; at += WIDTH) {
    if (view.getBigUint64(at) !== name) continue;
    const body = view.getBigUint64(at + 8);
    return { version: view.getUint32(at + 16), sameBody: body === fingerprint(command.bodyHash) };
  }
  return undefined;
}

/** The version of the latest one. */
export function latestApplied(applied: Applied): number | undefined {
  return applied === undefined ? undefined : viewOf(applied).getUint32(applied.length - 4);
}

/** With one more. */
export function addApplied(applied: Applied, command: CommandKey, version: number): Uint8Array {
  const kept = applied?.subarray(Math.max(0, applied.length - (MAX_KEPT - 1) * WIDTH)) ?? new Uint8Array();
  const all = new Uint8Array(kept.length + WIDTH);
  all.set(kept);
  const view = viewOf(all);
  view.setBigUint64(kept.length, fingerprint(`${command.caller} ${command.key}`));
  view.setBigUint64(kept.length + 8, fingerprint(command.bodyHash));
  view.setUint32(kept.length + 16, version);
  return all;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * 64 bits, as two 32-bit hashes (cyrb53 by bryc, public domain, kept whole). Not for secrets: it tells a handful of
 * commands of one row apart, and the only keys that a caller could make meet are its own.
 */
function fingerprint(text: string): bigint {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (BigInt(b >>> 0) << 32n) | BigInt(a >>> 0);
}
