/**
 * Inbox: the built-in test receiver. What arrives for a token is kept for a while, answered 204, and shown to whoever
 * knows the token. Bounded: the newest are kept, and what had to go is counted. Not in it: HTTP, access, signatures.
 */
export interface IncomingMessage {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export interface InboxMessage {
  /** Grows by one per message of the whole inbox; a place to read on from. */
  readonly number: number;
  readonly token: string;
  /** RFC 3339 UTC. */
  readonly receivedAt: string;
  readonly method: string;
  /** Lower-case names; values of credentials are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most so much of it as the inbox keeps of one message. */
  readonly body: string;
  /** Bytes of the whole body. */
  readonly bodyBytes: number;
}

export interface InboxPage {
  /** Oldest first. */
  readonly messages: readonly InboxMessage[];
  /** Messages of this token that came but are no longer kept. */
  readonly dropped: number;
}

export interface Inbox {
  /** Takes a message in; it is seen by every reader from here on. The receiver's answer is 204. */
  receive(token: string, message: IncomingMessage): InboxMessage;
  list(token: string, page?: { readonly after?: number; readonly limit?: number }): InboxPage;
  /** Tokens that have messages, the one with the newest first. */
  tokens(): readonly string[];
  clear(token: string): void;
  /** Changes what is kept of some tokens. @returns how many messages changed */
  rewrite(isMeant: (token: string) => boolean, text: (text: string) => string): number;
  /** Called with every new message of the token (null: of any). @returns what ends it. */
  onMessage(token: string | null, listener: (message: InboxMessage) => void): () => void;
  /** The next message that arrives for the token; rejects with the signal's reason when it is aborted first. */
  next(token: string, signal?: AbortSignal): Promise<InboxMessage>;
}
