/** A way in for another system's notifications: who sends with its token is believed to speak of that extension. */
export interface ReportSource {
  /** Public: what it is called in lists and in the audit. */
  readonly id: string;
  /** Grows with each; for paging. */
  readonly number: number;
  /** Whose words it speaks. */
  readonly dialect: string;
  readonly reseller: string;
  readonly domain: string;
  /** Number of the extension it is about; null: of any in the domain, as each notification says. */
  readonly extension: string | null;
  /** The vendor's name of the event its address is registered for, where notifications don't say it; null: they do. */
  readonly event: string | null;
  /** Phone system it belongs to: reports of one system about one call are put together. */
  readonly connector: string;
  readonly name: string;
  /** Networks it is taken from, in CIDR; none: from anywhere. */
  readonly allowFrom: readonly string[];
  /** SHA-256 of the token. */
  readonly hash: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** Name of who made it. */
  readonly createdBy: string;
  /** Where its address is registered on the other system, by us; absent: whoever made the source sees to that. */
  readonly remote?: RemoteMark | undefined;
}

export interface RemoteMark {
  /** Base URL of the system it is at: an id means nothing at another one. */
  readonly system: string;
  readonly kind: 'extension' | 'agent';
  /** Extension as the other system writes it: `0003*210`. It stays known when the extension's record is gone. */
  readonly name: string;
  /** Id of the event there; null: not known yet whether there is one. */
  readonly id: string | null;
}
