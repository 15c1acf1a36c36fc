/**
 * Loaded into a server before its own modules: `changing.example` leads to 127.0.0.1 when it is asked for the first
 * time, and to 127.0.0.2 ever after, as a name does whose owner wants to reach behind the address guard.
 */
import dns from 'node:dns';

type Done = (error: Error | null, addresses: { address: string; family: number }[]) => void;

const real = dns.lookup;
let asked = 0;

const changing = (hostname: string, options: dns.LookupAllOptions, done: Done): void => {
  if (hostname !== 'changing.example') return real(hostname, options, done);
  const address = asked++ === 0 ? '127.0.0.1' : '127.0.0.2';
  setImmediate(() => done(null, [{ address, family: 4 }]));
};

Object.assign(dns, { lookup: changing });
