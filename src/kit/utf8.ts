/**
 * Text as UTF-8. Texts that go out a thousand times a second are put together in bytes, not as strings: joining strings
 * and reading the result once more costs a copy each on the JavaScript heap, which the garbage collector pays for again.
 */

/** Bytes are cut from blocks of this size; a block lives as long as anything cut from it. */
const blockBytes = 65_536;
/** Longer texts get memory of their own. */
const longestInBlock = 8_192;
/** A UTF-16 unit takes at most so many bytes. */
const bytesPerUnit = 3;

let block = Buffer.alloc(0);
let used = 0;

/** The pieces one after the other. None may end in the middle of a surrogate pair. */
export function utf8Of(pieces: readonly string[]): Buffer {
  let units = 0;
  for (const piece of pieces) units += piece.length;
  if (units > longestInBlock) return Buffer.from(pieces.join(''));
  if (used + units * bytesPerUnit > block.length) {
    block = Buffer.allocUnsafeSlow(blockBytes);
    used = 0;
  }
  const start = used;
  for (const piece of pieces) used += block.write(piece, used);
  return block.subarray(start, used);
}
