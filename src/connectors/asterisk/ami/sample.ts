/**
 * What may be shown of a packet or a line to whoever looks after the connection. Values are shown by their shape alone
 * (`sip:alice99@host` is `xxx:xxxxx99@xxxx`), but for the few that can't hold a secret or a name.
 */
import type { AmiPacket, Header } from './packet.ts';

const mostHeaders = 12;
const longestShape = 60;
const longestName = 40;

const namePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** Headers whose values are words and numbers of Asterisk's own. */
const openNames =
  /^(?:event|response|\w*(?:uniqueid|linkedid)|\w*channelstate(?:desc)?|dialstatus|cause|timestamp|result)$/i;
const openValue = /^[A-Za-z][A-Za-z -]{0,40}$|^(?:[\w.]+-)?\d{1,12}(?:\.\d{1,9})?$/;

/** Letters as `x`, digits as `9`, what is no ASCII as its code; never longer than a line of a terminal. */
export function shapeOf(text: string): string {
  const shown = text
    .slice(0, longestShape)
    .replace(/[A-Za-z]/g, 'x')
    .replace(/[0-9]/g, '9');
  const shape = shown.replace(/[^ -~]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  return text.length > longestShape ? `${shape}… (${text.length} characters)` : shape;
}

export function sampleOfLine(line: string): string {
  const colon = line.indexOf(':');
  return colon > 0 ? sampleOfHeader([line.slice(0, colon), line.slice(colon + 1).trim()]) : shapeOf(line);
}

export function sampleOf(packet: AmiPacket): string {
  const shown = packet.headers.slice(0, mostHeaders).map(sampleOfHeader);
  const more = packet.headers.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(' | ');
}

function sampleOfHeader([name, value]: Header): string {
  const isName = name.length <= longestName && namePattern.test(name);
  const isOpen = isName && openNames.test(name) && openValue.test(value);
  return `${isName ? name : shapeOf(name)}: ${isOpen ? value : shapeOf(value)}`;
}
