/** All sources in memory: found by their token, by their public id, and by whom they are about. It makes nothing durable. */
import type { ReportSource } from '../model/report-source.ts';
import type { Part } from './context.ts';
import { isSourceToken } from './source-tokens.ts';
import { hashToken, sameHash } from './token-text.ts';

const nobody = '0'.repeat(64);

export class SourceBook {
  /** In order of their numbers. */
  readonly #sources = new Map<number, ReportSource>();
  readonly #ids = new Map<string, ReportSource>();
  readonly #hashes = new Map<string, ReportSource>();
  readonly #counts = new Map<string, number>();
  /** Those of one connector, by number. */
  readonly #connectors = new Map<string, Map<number, ReportSource>>();

  load(sources: readonly ReportSource[]): void {
    for (const source of sources) this.put(source);
  }

  get size(): number {
    return this.#sources.size;
  }

  all(): Iterable<ReportSource> {
    return this.#sources.values();
  }

  get(id: string): ReportSource | null {
    return this.#ids.get(id) ?? null;
  }

  /** The source this is the token of. What is looked up is a hash, whose finding tells nothing about the token. */
  check(token: string): ReportSource | null {
    const hash = hashToken(token);
    const source = this.#hashes.get(hash);
    const isIt = sameHash(hash, source?.hash ?? nobody);
    return source !== undefined && isIt && isSourceToken(token) ? source : null;
  }

  countIn(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  ofConnector(connector: string): Iterable<ReportSource> {
    return this.#connectors.get(connector)?.values() ?? [];
  }

  /**
   * Those about exactly this domain, or about this extension of it. What a connector has registered elsewhere does not go with
   * an extension: without it, nobody would know there any more whose the event is. The connector takes both away.
   */
  of({ domain, user, extension }: Part): readonly ReportSource[] {
    if (user !== undefined) return [];
    const isMeant = (one: ReportSource): boolean =>
      one.domain === domain && (extension === undefined || (one.extension === extension && !one.remote));
    return [...this.#sources.values()].filter(isMeant);
  }

  put(source: ReportSource): void {
    const known = this.#sources.get(source.number);
    if (known) this.#hashes.delete(known.hash);
    else this.#counts.set(source.domain, this.countIn(source.domain) + 1);
    this.#sources.set(source.number, source);
    this.#ids.set(source.id, source);
    this.#hashes.set(source.hash, source);
    const siblings = this.#connectors.get(source.connector) ?? new Map<number, ReportSource>();
    this.#connectors.set(source.connector, siblings.set(source.number, source));
  }

  forget(sources: readonly ReportSource[]): void {
    for (const { number, id, domain, connector } of sources) {
      const known = this.#sources.get(number);
      if (!known) continue;
      this.#hashes.delete(known.hash);
      this.#counts.set(domain, this.countIn(domain) - 1);
      this.#sources.delete(number);
      this.#ids.delete(id);
      this.#connectors.get(connector)?.delete(number);
    }
  }
}
