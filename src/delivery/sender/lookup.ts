import dns from 'node:dns';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Resolves a name to all its addresses, in the order to try them. */
export type Lookup = (
  hostname: string,
  done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void,
) => void;

/** The operating system's own resolver: hosts file, search domains and all, as an administrator expects. */
export const systemLookup: Lookup = (hostname, done) => {
  dns.lookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => {
    done(
      error,
      (addresses ?? []).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })),
    );
  });
};

/**
 * One look-up at a time per name; whoever asks meanwhile gets the same answer. The system's resolver has few threads
 * (four by default), and a dead name server must not take one for every connection that waits for it.
 */
export function shareLookups(lookup: Lookup): Lookup {
  const waiting = new Map<string, Parameters<Lookup>[1][]>();
  return (hostname, done) => {
    const others = waiting.get(hostname);
    if (others) return void others.push(done);
    waiting.set(hostname, [done]);
    lookup(hostname, (error, addresses) => {
      const asked = waiting.get(hostname) ?? [];
      waiting.delete(hostname);
      for (const answer of asked) answer(error, addresses);
    });
  };
}
