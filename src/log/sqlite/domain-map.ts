/**
 * Which domain each stored event is of, in memory: one number an event, in blocks that are made when they are first
 * asked for. A reader that wants few domains of very many finds its events without going through everybody else's, and
 * events need no index by domain, which each of them would pay for in bytes written.
 *
 * A block never changes: events are only ever added at the end, and one that was trimmed is missed when it is read.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface DomainSearch {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
  readonly domains: ReadonlySet<number>;
}

export interface DomainFind {
  /** Sequences of events of these domains, in order. */
  readonly seqs: readonly number[];
  /** Everything up to here was looked at; `after`, where no whole block lies within the search. */
  readonly scannedTo: number;
}

export interface DomainMapLimits {
  /** Events of a block. */
  readonly blockSize: number;
  /** Blocks kept, those used last. */
  readonly mostKept: number;
  /** Blocks one search makes, some milliseconds each. */
  readonly mostMade: number;
  /** Blocks one search looks through. */
  readonly mostSearched: number;
}

/** 8 MB for two million events; a search takes some 15 ms at most. */
export const defaultDomainMapLimits: DomainMapLimits = {
  blockSize: 4_096,
  mostKept: 512,
  mostMade: 4,
  mostSearched: 256,
};

export function domainMap(db: DatabaseSync, limits: DomainMapLimits = defaultDomainMapLimits) {
  const { blockSize, mostKept, mostMade, mostSearched } = limits;
  const rows = db.prepare('SELECT seq, domain FROM events WHERE seq >= ? AND seq < ?');
  rows.setReturnArrays(true);
  /** By its number; the one used last at the end. 0: there is no such event. */
  const blocks = new Map<number, Uint32Array>();

  function make(number: number): Uint32Array {
    const domains = new Uint32Array(blockSize);
    const first = number * blockSize;
    for (const row of rows.iterate(first, first + blockSize)) {
      const [seq, domain] = row as unknown as [number, number];
      domains[seq - first] = domain;
    }
    return domains;
  }

  function keep(number: number, block: Uint32Array): void {
    blocks.delete(number);
    blocks.set(number, block);
    for (const oldest of blocks.keys()) {
      if (blocks.size <= mostKept) return;
      blocks.delete(oldest);
    }
  }

  /** Only as far as whole blocks lie within the search: the last one is still growing. */
  function find({ after, upTo, limit, domains }: DomainSearch): DomainFind {
    const seqs: number[] = [];
    let scannedTo = after;
    let made = 0;
    for (let searched = 0; searched < mostSearched; searched++) {
      const number = Math.floor((scannedTo + 1) / blockSize);
      const first = number * blockSize;
      const last = first + blockSize - 1;
      if (last > upTo || seqs.length >= limit) break;
      const known = blocks.get(number);
      if (!known && made++ === mostMade) break;
      const block = known ?? make(number);
      keep(number, block);
      for (let at = scannedTo + 1 - first; at < blockSize && seqs.length < limit; at++) {
        scannedTo = first + at;
        if (domains.has(block[at] as number)) seqs.push(scannedTo);
      }
    }
    return { seqs, scannedTo };
  }

  return { find, forget: () => blocks.clear() };
}
