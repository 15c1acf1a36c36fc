/**
 * Bytes in, packets out. The result does not depend on how the stream was cut into chunks.
 *
 * States: **banner** (one line, before anything else) -> **headers** (packets, each up to an empty line) -> headers …; a
 * violation of a limit is final (**failed**): whoever sends that is not read on.
 *
 * A packet is read when its end has come; until then its bytes are held, at most `packetBytes`. Characters are decoded
 * from whole lines only, hence never torn apart.
 */
import { flawOf, type TakeFlaw } from './flaw.ts';
import { decodeLine, readHeaders } from './headers.ts';
import { AmiPacket } from './packet.ts';
import { withoutControls } from './unescape.ts';

export interface AmiLimits {
  /** Bytes of one line that are kept; the rest of a longer one is dropped and its packet marked `truncated`. */
  readonly lineBytes: number;
  /** Bytes of one packet, dropped ones included. More is a violation. */
  readonly packetBytes: number;
}

/** Real packets stay below 8 kB; only channel variables can be long. */
export const defaultLimits: AmiLimits = { lineBytes: 16_384, packetBytes: 1_048_576 };

export interface AmiSink {
  /** The server's first line, e.g. `Asterisk Call Manager/11.0.0`. */
  banner(line: string): void;
  packet(packet: AmiPacket): void;
  /** The stream broke a limit; nothing more is parsed. */
  violation(problem: string): void;
  /** What could not be read as it should be; told before the packet it is in. */
  flaw?: TakeFlaw;
}

const lineEnd = Buffer.from('\r\n');
const packetEnd = Buffer.from('\r\n\r\n');
/** Room that is kept from one packet that came in pieces to the next. */
const usualRoom = 16_384;

export class AmiParser {
  readonly #sink: AmiSink;
  readonly #limits: AmiLimits;
  readonly #flaw: TakeFlaw;
  /** Holds the bytes of what has not ended yet: the first `#heldBytes` of it. */
  #room: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  #state: 'banner' | 'headers' | 'failed' = 'banner';

  constructor(sink: AmiSink, limits: AmiLimits = defaultLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#flaw = (flaw) => sink.flaw?.(flaw);
  }

  push(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length && this.#state !== 'failed') start = this.#take(chunk, start);
  }

  /** Takes what ends next, or holds all there is. @returns where in the chunk it stopped */
  #take(chunk: Buffer, start: number): number {
    const mark = this.#state === 'banner' ? lineEnd : packetEnd;
    const end = this.#endOf(mark, chunk, start);
    if (end === -1) {
      this.#hold(chunk.subarray(start));
      return chunk.length;
    }
    let whole = chunk.subarray(start, end);
    if (this.#heldBytes > 0 || whole.length > this.#limits.packetBytes) {
      if (!this.#hold(whole)) return end;
      whole = this.#room.subarray(0, this.#heldBytes);
      this.#heldBytes = 0;
    }
    const content = whole.subarray(0, whole.length - mark.length);
    if (this.#state === 'banner') this.#endBanner(content);
    else this.#endPacket(content, whole.length);
    if (this.#room.length > usualRoom) this.#room = Buffer.alloc(0);
    return end;
  }

  /** Where behind `start` the first mark has ended, which may have begun in what is held; -1: nowhere. */
  #endOf(mark: Buffer, chunk: Buffer, start: number): number {
    for (let before = Math.min(mark.length - 1, this.#heldBytes); before > 0; before--) {
      const behind = start + mark.length - before;
      if (behind > chunk.length) continue;
      const began = mark.compare(this.#room, this.#heldBytes - before, this.#heldBytes, 0, before) === 0;
      if (began && mark.compare(chunk, start, behind, before) === 0) return behind;
    }
    const found = chunk.indexOf(mark, start);
    return found === -1 ? -1 : found + mark.length;
  }

  /** @returns false where that is more than is taken, and so the end */
  #hold(bytes: Buffer): boolean {
    const total = this.#heldBytes + bytes.length;
    if (total > this.#limits.packetBytes) {
      this.#fail(bytes);
      return false;
    }
    if (total > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(Math.max(2 * this.#room.length, total, 1_024));
      this.#room.copy(room, 0, 0, this.#heldBytes);
      this.#room = room;
    }
    bytes.copy(this.#room, this.#heldBytes);
    this.#heldBytes = total;
    return true;
  }

  #endBanner(line: Buffer): void {
    if (line.length === 0) return;
    this.#state = 'headers';
    const { lineBytes } = this.#limits;
    this.#sink.banner(withoutControls(decodeLine(line.subarray(0, lineBytes), line.length > lineBytes, this.#flaw)));
  }

  #endPacket(content: Buffer, bytes: number): void {
    const { headers, truncated } = readHeaders(content, this.#limits.lineBytes, this.#flaw);
    if (headers.names.length > 0) this.#sink.packet(new AmiPacket(headers, truncated, bytes));
  }

  #fail(latest: Buffer): void {
    this.#state = 'failed';
    this.#flaw(flawOf('oversized', Buffer.concat([this.#room.subarray(0, this.#heldBytes), latest])));
    this.#room = Buffer.alloc(0);
    this.#heldBytes = 0;
    this.#sink.violation(`the server sent a packet of more than ${this.#limits.packetBytes} bytes`);
  }
}
