/** Where a notification goes, read from its URL once and remembered. */
export type Target =
  | { readonly kind: 'http'; readonly origin: string; readonly url: URL; readonly path: string }
  | { readonly kind: 'inbox'; readonly token: string }
  | { readonly kind: 'bad'; readonly problem: string };

const bad = (problem: string): Target => ({ kind: 'bad', problem });

/** What may stand after `inbox:`. */
const inboxToken = /^[A-Za-z0-9_-]{1,64}$/;

/** For the one who takes a URL in, and for the sender itself: neither sends to what this calls bad. */
export function parseTarget(text: string): Target {
  if (text.startsWith('inbox:')) return parseInbox(text.slice('inbox:'.length));
  if (!URL.canParse(text)) return bad('the URL cannot be read; write it like https://crm.example/hook');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return bad(`the URL starts with "${url.protocol}"; only http:, https: and inbox: are sent to`);
  }
  if (url.username !== '' || url.password !== '') {
    return bad('the URL has a user name or password in it; put them under endpoint.auth');
  }
  return { kind: 'http', origin: url.origin, url, path: url.pathname + url.search };
}

function parseInbox(token: string): Target {
  if (inboxToken.test(token)) return { kind: 'inbox', token };
  return bad('an inbox token has 1 to 64 letters, digits, "-" or "_"');
}

/** Remembers the last `max` URLs: those of a subscription come again and again. */
export function rememberTargets(max: number): (url: string) => Target {
  const known = new Map<string, Target>();
  return (url) => {
    const found = known.get(url);
    if (found) return found;
    if (known.size >= max) known.clear();
    const target = parseTarget(url);
    known.set(url, target);
    return target;
  };
}
