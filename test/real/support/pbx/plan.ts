/** What the test Asterisk is made from: its place, its ports, its secrets. */

export interface AsteriskPorts {
  readonly sip: number;
  readonly ami: number;
  readonly amiTls: number;
  readonly http: number;
  readonly rtp: number;
}

/** Those that `scripts/real-parts/install.sh` builds. */
export type AsteriskVersion = 16 | 22;

export interface AsteriskPlan {
  readonly version: AsteriskVersion;
  /** The instance's folder as Asterisk sees it, inside its root. */
  readonly dir: string;
  readonly ports: AsteriskPorts;
  readonly secret: string;
  /** Password of every phone. */
  readonly phoneSecret: string;
  /** Put before unique ids, as installations with several Asterisks do. */
  readonly systemName: string | null;
}

/** Address the carrier's calls come from and go to; Asterisk tells it from the phones by this. */
export const carrierHost = '127.0.0.2';

const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

/**
 * 101 to 199 and 941 to 959, and 901 to 919 for what happens beside calls; every scenario has phones of its own, so that
 * all can run at once.
 */
export const phones: readonly string[] = [...numbers(101, 199), ...numbers(901, 919), ...numbers(941, 959)];
