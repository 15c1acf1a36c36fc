/**
 * The headers of one packet, out of its bytes. Lines end in CRLF and in nothing else: a bare line feed is part of a value,
 * so a caller's name can't forge a header.
 */
import { isUtf8 } from 'node:buffer';
import { flawOf, type TakeFlaw } from './flaw.ts';
import { headerName } from './header-names.ts';
import type { HeaderTable } from './packet.ts';
import { unescapeC, withoutControls } from './unescape.ts';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const space = 0x20;
const colonMark = 0x3a;
const lineEnd = Buffer.from('\r\n');

/**
 * Packets up to this size, which nearly all are, become one string of which the values are parts: a fraction of the
 * time that a string for each line takes. A value that is kept keeps that whole string, so it is small.
 */
const mostAtOnce = 4_096;

export interface ReadHeaders {
  readonly headers: HeaderTable;
  /** A line was longer than is kept. */
  readonly truncated: boolean;
}

/** @param longestLine Bytes of a line that are kept. */
export function readHeaders(packet: Buffer, longestLine: number, flaw: TakeFlaw): ReadHeaders {
  const headers: HeaderTable = { names: [], values: [] };
  if (packet.length > Math.min(mostAtOnce, longestLine) || !isUtf8(packet)) {
    return { headers, truncated: readByLine(packet, longestLine, headers, flaw) };
  }
  readText(packet.toString(), headers, flaw);
  return { headers, truncated: false };
}

/** Looks at each character once: line ends, the colons of headers, and whether there is anything to take out. */
function readText(text: string, headers: HeaderTable, flaw: TakeFlaw): void {
  let start = 0;
  let colon = -1;
  let hasControls = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === colonMark) {
      if (colon === -1) colon = index;
    } else if (code < space || (code >= 0x7f && code <= 0x9f)) {
      if (code === carriageReturn && text.charCodeAt(index + 1) === lineFeed) {
        addLine(text, start, colon, index, hasControls, headers, flaw);
        index++;
        start = index + 1;
        colon = -1;
        hasControls = false;
      } else hasControls = true;
    }
  }
  addLine(text, start, colon, text.length, hasControls, headers, flaw);
}

/** Takes the line of `text` from `start` to before `end`. One without a name before its colon is passed over. */
function addLine(
  text: string,
  start: number,
  colon: number,
  end: number,
  hasControls: boolean,
  headers: HeaderTable,
  flaw: TakeFlaw,
): void {
  if (start === end) return;
  if (colon <= start) return flaw(flawOf('broken_line', Buffer.from(text.slice(start, end))));
  const name = headerName(text.slice(start, colon));
  const raw = text.slice(text.charCodeAt(colon + 1) === space ? colon + 2 : colon + 1, end);
  headers.names.push(name);
  if (name.escaped) headers.values.push(withoutControls(unescapeC(raw)));
  else headers.values.push(hasControls ? withoutControls(raw) : raw);
}

/** The slow way: lines may have to be cut, and each may be of another encoding. @returns whether one was cut */
function readByLine(packet: Buffer, longestLine: number, headers: HeaderTable, flaw: TakeFlaw): boolean {
  let truncated = false;
  for (let start = 0; start <= packet.length; ) {
    const found = packet.indexOf(lineEnd, start);
    const end = found === -1 ? packet.length : found;
    const isCut = end - start > longestLine;
    const line = packet.subarray(start, isCut ? start + longestLine : end);
    if (isCut) flaw(flawOf('cut_line', line));
    truncated ||= isCut;
    readText(decodeLine(line, isCut, flaw), headers, flaw);
    start = end + lineEnd.length;
  }
  return truncated;
}

/** UTF-8 where it is valid; else Latin-1, which old phones and carriers still put into names. */
export function decodeLine(line: Buffer, isCut: boolean, flaw: TakeFlaw): string {
  if (isCut || isUtf8(line)) return line.toString();
  flaw(flawOf('not_utf8', line));
  return line.toString('latin1');
}
