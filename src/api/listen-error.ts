import type { ApiOptions } from './deps.ts';

const said: Readonly<Record<string, (at: string) => string>> = {
  EADDRINUSE: (at) =>
    `${at} is in use by another program; take another port with --port or OFFHOOK_PORT (0: a free one)`,
  EACCES: (at) => `${at} may not be listened on by this user; take a port over 1023 with --port or OFFHOOK_PORT`,
  EADDRNOTAVAIL: (at) => `${at} is no address of this machine; correct --host or OFFHOOK_HOST`,
};

/** The error of a server that could not listen, in words that say what helps; any other as it is. */
export function listenError(error: unknown, { host, port }: Pick<ApiOptions, 'host' | 'port'>): unknown {
  const words = said[(error as NodeJS.ErrnoException).code ?? ''];
  return words ? new Error(words(`${host.includes(':') ? `[${host}]` : host}:${port}`), { cause: error }) : error;
}
