/** What is asked of the server: its name and headers; a header with several values is sent once for each. */
export interface AmiAction {
  readonly name: string;
  /** Its ActionID, where what follows it later is told by it; else one is made. */
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A name or value that would break out of its header. The message never repeats a value: it may be a secret. */
export class InvalidActionError extends Error {
  override readonly name = 'InvalidActionError';
}

const nameShape = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** Asterisk reads lines of at most 1,024 bytes and cuts longer ones into several. */
const longestLineBytes = 1023;

function line(name: string, value: string): string {
  if (!nameShape.test(name)) throw new InvalidActionError('a header name of an action has characters it must not have');
  if (/\p{Cc}/u.test(value)) throw new InvalidActionError(`the value of ${name} has control characters`);
  const text = `${name}: ${value}`;
  if (Buffer.byteLength(text) > longestLineBytes) throw new InvalidActionError(`the value of ${name} is too long`);
  return `${text}\r\n`;
}

/**
 * The action as bytes for the server.
 * @throws InvalidActionError where a line break or another control character would smuggle in more than one header.
 */
export function encodeAction(action: AmiAction, actionId: string): string {
  const lines = [line('Action', action.name), line('ActionID', actionId)];
  for (const [name, value] of Object.entries(action.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(line(name, one));
  }
  return `${lines.join('')}\r\n`;
}
