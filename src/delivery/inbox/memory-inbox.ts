import type { Clock } from '../../kit/clock.ts';
import type { Inbox, InboxMessage, IncomingMessage } from './inbox.ts';

export interface MemoryInboxOptions {
  readonly clock: Clock;
  /** Messages kept per token. */
  readonly maxPerToken?: number;
  /** Bytes of bodies and headers kept in all. */
  readonly maxBytes?: number;
  /** Bytes of one body that are kept. */
  readonly maxBodyBytes?: number;
  readonly maxTokens?: number;
}

interface Kept {
  readonly message: InboxMessage;
  readonly bytes: number;
}

/** What one token has: a queue whose front moves on instead of being shifted. */
interface Box {
  kept: Kept[];
  from: number;
  dropped: number;
  /** Of what is kept. */
  bytes: number;
}

const sizeOf = (box: Box): number => box.kept.length - box.from;
/** What a message takes besides its body and headers, roughly. */
const overheadBytes = 200;

const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key']);

/** The scheme stays readable (`Basic ***`), the secret does not. */
function masked(headers: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    result[lower] = credentialHeaders.has(lower) ? `${/^[A-Za-z]+ /.exec(value)?.[0] ?? ''}***` : value;
  }
  return result;
}

function bodyText(body: IncomingMessage['body'], maxBytes: number): { readonly text: string; readonly bytes: number } {
  if (body === null) return { text: '', bytes: 0 };
  if (typeof body === 'string' && body.length * 3 <= maxBytes) return { text: body, bytes: Buffer.byteLength(body) };
  const bytes = Buffer.from(body as string);
  return { text: bytes.toString('utf8', 0, Math.min(bytes.length, maxBytes)), bytes: bytes.length };
}

function rewritten(message: InboxMessage, text: (text: string) => string): InboxMessage {
  const body = text(message.body);
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, text(value)]));
  const same =
    body === message.body && Object.entries(headers).every(([name, value]) => value === message.headers[name]);
  return same ? message : { ...message, body, headers };
}

/** Of those that can give up a message: the newest box keeps its last one. */
function fullestOf(boxes: Iterable<Box>, newest: Box): Box | null {
  let fullest: Box | null = null;
  for (const box of boxes) {
    const least = box === newest ? 1 : 0;
    if (sizeOf(box) > least && box.bytes > (fullest?.bytes ?? -1)) fullest = box;
  }
  return fullest;
}

export function createMemoryInbox(options: MemoryInboxOptions): Inbox {
  const { clock, maxPerToken = 200, maxBytes = 16_777_216, maxBodyBytes = 262_144, maxTokens = 1_000 } = options;
  /** In order of the newest message, oldest first: a box is put back at the end when something arrives. */
  const boxes = new Map<string, Box>();
  const listeners = new Set<{ readonly token: string | null; readonly tell: (message: InboxMessage) => void }>();
  let number = 0;
  let bytes = 0;

  const dropOldest = (box: Box): void => {
    const oldest = box.kept[box.from];
    if (!oldest) return;
    bytes -= oldest.bytes;
    box.bytes -= oldest.bytes;
    box.from += 1;
    box.dropped += 1;
    if (box.from > maxPerToken) {
      box.kept = box.kept.slice(box.from);
      box.from = 0;
    }
  };
  const forget = (token: string): void => {
    const box = boxes.get(token);
    if (!box) return;
    bytes -= box.bytes;
    boxes.delete(token);
  };
  const boxFor = (token: string): Box => {
    const box = boxes.get(token) ?? { kept: [], from: 0, dropped: 0, bytes: 0 };
    boxes.delete(token);
    boxes.set(token, box);
    return box;
  };
  const tooMuch = (): boolean => bytes > maxBytes;
  /** The fullest gives way first, so that one cannot push out what another has; what came just now stays. */
  const shrink = (newest: Box): void => {
    while (boxes.size > maxTokens) forget(boxes.keys().next().value ?? '');
    while (tooMuch()) {
      const fullest = fullestOf(boxes.values(), newest);
      if (!fullest) return;
      dropOldest(fullest);
    }
  };
  const keep = (token: string, incoming: IncomingMessage): InboxMessage => {
    const { text, bytes: bodyBytes } = bodyText(incoming.body, maxBodyBytes);
    const headers = masked(incoming.headers);
    number += 1;
    const receivedAt = new Date(clock.now()).toISOString();
    const message = { number, token, receivedAt, method: incoming.method, headers, body: text, bodyBytes };
    const size = text.length * 2 + JSON.stringify(headers).length * 2 + overheadBytes;
    const box = boxFor(token);
    box.kept.push({ message, bytes: size });
    bytes += size;
    box.bytes += size;
    if (sizeOf(box) > maxPerToken) dropOldest(box);
    shrink(box);
    return message;
  };
  /** It takes as many bytes as before, or a few less: that is not counted anew. */
  const rewrite: Inbox['rewrite'] = (isMeant, text) => {
    let changed = 0;
    for (const [token, box] of boxes) {
      if (!isMeant(token)) continue;
      box.kept = box.kept.map((kept) => {
        const message = rewritten(kept.message, text);
        if (message !== kept.message) changed++;
        return { ...kept, message };
      });
    }
    return changed;
  };
  const onMessage: Inbox['onMessage'] = (token, tell) => {
    const listener = { token, tell };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  return {
    receive: (token, incoming) => {
      const message = keep(token, incoming);
      for (const listener of listeners) if (listener.token === null || listener.token === token) listener.tell(message);
      return message;
    },
    list: (token, { after = 0, limit = 100 } = {}) => {
      const box = boxes.get(token);
      if (!box) return { messages: [], dropped: 0 };
      const later = box.kept.slice(box.from).filter(({ message }) => message.number > after);
      return { messages: later.slice(0, limit).map(({ message }) => message), dropped: box.dropped };
    },
    tokens: () => [...boxes.keys()].reverse(),
    clear: forget,
    rewrite,
    onMessage,
    next: (token, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const settle = (act: () => void): void => {
          off();
          signal?.removeEventListener('abort', onAbort);
          act();
        };
        const onAbort = (): void => settle(() => reject(signal?.reason as Error));
        const off = onMessage(token, (message) => settle(() => resolve(message)));
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
