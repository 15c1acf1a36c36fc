/**
 * Paths of facades as their routes have them. Vendors' clients put a slash at the end or leave it, and are given addresses
 * with something in front of the vendor's own path: neither changes what is meant.
 */
export type OwnPath = (url: string) => string;

/** @param bases of the facades, and of what their clients call beside them: `/uapi`, `/oauth/token` */
export function ownPath(bases: readonly string[]): OwnPath {
  return (url) => {
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const from = startOf(path, bases);
    if (from < 0) return url;
    const own = path.slice(from);
    const end = own.length - (/\/+$/.exec(own.slice(1))?.[0].length ?? 0);
    return own.slice(0, end) + (query < 0 ? '' : url.slice(query));
  };
}

/** Where the base begins that comes first in the path, as whole parts of it; -1: there is none. */
function startOf(path: string, bases: readonly string[]): number {
  // The paths of Offhook's own API may hold anything in their parts.
  if (path.startsWith('/v1/') || path.startsWith('/inbox/')) return -1;
  // Addresses that phone systems are given: some put a slash at the end.
  if (path.startsWith('/in/')) return 0;
  const starts = bases.map((base) => `${path}/`.indexOf(`${base}/`)).filter((at) => at >= 0);
  return starts.length === 0 ? -1 : Math.min(...starts);
}
