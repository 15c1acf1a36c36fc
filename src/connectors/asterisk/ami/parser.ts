/**
 * Bytes in, packets out. The result does not depend on how the stream was cut into chunks.
 *
 * States: **banner** (one line, before anything else) -> **headers** (lines until an empty one, which ends a packet)
 * -> headers …; a violation of a limit is final (**failed**): nobody knows any more where the next packet begins.
 *
 * Lines end in CRLF and in nothing else: a bare line feed is part of a value, so a caller's name can't forge a header.
 * Characters are decoded from whole lines only, hence never torn apart.
 */
import { isUtf8 } from 'node:buffer';
import { AmiPacket } from './packet.ts';
import { isEscapedHeader, unescapeC, withoutControls } from './unescape.ts';

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
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const lineEndBytes = 2;

export class AmiParser {
  readonly #sink: AmiSink;
  readonly #limits: AmiLimits;
  /** The first `lineBytes` of the line that is not complete yet. */
  readonly #line: Buffer;
  /** Bytes of that line so far, kept or not. */
  #lineBytes = 0;
  #previousByte = 0;
  #packetBytes = 0;
  #packetTruncated = false;
  #headers: [string, string][] = [];
  #state: 'banner' | 'headers' | 'failed' = 'banner';

  constructor(sink: AmiSink, limits: AmiLimits = defaultLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#line = Buffer.allocUnsafe(limits.lineBytes);
  }

  push(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length && this.#state !== 'failed') {
      const feed = chunk.indexOf(lineFeed, start);
      const end = feed === -1 ? chunk.length : feed + 1;
      this.#take(chunk.subarray(start, end));
      start = end;
    }
  }

  /** Takes bytes that hold a line feed at most as their last one. */
  #take(piece: Buffer): void {
    this.#packetBytes += piece.length;
    if (this.#packetBytes > this.#limits.packetBytes) return this.#fail();
    const last = piece[piece.length - 1];
    const beforeLast = piece.length > 1 ? piece[piece.length - 2] : this.#previousByte;
    this.#previousByte = last ?? 0;
    const complete = last === lineFeed && beforeLast === carriageReturn;
    if (complete && this.#lineBytes === 0) return this.#endLine(piece, piece.length);
    if (this.#lineBytes < this.#line.length) piece.copy(this.#line, this.#lineBytes);
    this.#lineBytes += piece.length;
    if (!complete) return;
    const total = this.#lineBytes;
    this.#lineBytes = 0;
    this.#endLine(this.#line, total);
  }

  /** @param total Bytes of the whole line with its end; `bytes` may hold fewer. */
  #endLine(bytes: Buffer, total: number): void {
    const length = Math.min(total - lineEndBytes, this.#limits.lineBytes);
    const truncated = length < total - lineEndBytes;
    if (length === 0) return this.#endPacket();
    const text = decode(bytes.subarray(0, length), truncated);
    if (this.#state === 'banner') return this.#endBanner(text);
    this.#packetTruncated ||= truncated;
    this.#addHeader(text);
  }

  #endBanner(line: string): void {
    this.#state = 'headers';
    this.#packetBytes = 0;
    this.#sink.banner(withoutControls(line));
  }

  /** A line without a colon belongs to no header we read; it is dropped. */
  #addHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) return;
    const name = withoutControls(line.slice(0, colon));
    const value = line.charAt(colon + 1) === ' ' ? line.slice(colon + 2) : line.slice(colon + 1);
    this.#headers.push([name, withoutControls(isEscapedHeader(name) ? unescapeC(value) : value)]);
  }

  #endPacket(): void {
    const headers = this.#headers;
    const truncated = this.#packetTruncated;
    this.#headers = [];
    this.#packetTruncated = false;
    this.#packetBytes = 0;
    if (headers.length > 0) this.#sink.packet(new AmiPacket(headers, truncated));
  }

  #fail(): void {
    this.#state = 'failed';
    this.#headers = [];
    this.#sink.violation(`the server sent a packet of more than ${this.#limits.packetBytes} bytes`);
  }
}

/** UTF-8 where it is valid; else Latin-1, which old phones and carriers still put into names. */
function decode(bytes: Buffer, torn: boolean): string {
  return torn || isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}
