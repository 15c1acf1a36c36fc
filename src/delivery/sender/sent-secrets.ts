/** Which parts of a request nobody may see again, even where its receiver repeats them. */
import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import type { OutgoingRequest } from './sender.ts';
import { formsOf, type SecretForm, type SentSecret } from './without-secrets.ts';

/** By which credentials travel, whoever set them: they may stand among the headers of the endpoint too. */
const always = ['authorization', 'proxy-authorization', 'cookie'];
const passwordNames = ['password', 'passwd', 'pass', 'pwd'];

/** Lower-case names of the headers whose values are never shown. */
export function credentialHeaders(auth: EndpointAuth): ReadonlySet<string> {
  const own = auth.kind === 'headers' ? Object.keys(auth.headers).map((name) => name.toLowerCase()) : [];
  return new Set([...always, ...own]);
}

interface Known {
  readonly names: ReadonlySet<string>;
  /** The headers they were made from. */
  from: string;
  forms: readonly SecretForm[];
}

/** By the credentials of a subscription: most answers are a few bytes, and finding out what to look for takes longer. */
const known = new WeakMap<EndpointAuth, Known>();

/**
 * What not to keep of an answer. None of a request without `auth`: such a one asks for a token, and its answer is not
 * kept but read, by who knows what it was sent.
 */
export function secretsSent({ auth, headers }: Pick<OutgoingRequest, 'auth' | 'headers'>): readonly SecretForm[] {
  if (!auth) return [];
  let found = known.get(auth);
  if (!found) known.set(auth, (found = { names: credentialHeaders(auth), from: '', forms: [] }));
  let from = '';
  for (let at = 0; at < headers.length; at += 2) {
    if (found.names.has(headers[at] as string)) from += `${headers[at]}\n${headers[at + 1]}\n`;
  }
  if (from !== found.from) {
    found.from = from;
    found.forms = formsOf(secretsOf(from.split('\n')));
  }
  return found.forms;
}

function secretsOf(headers: readonly string[]): readonly SentSecret[] {
  const secrets: SentSecret[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    secrets.push(...secretsIn(headers[at] as string, (headers[at + 1] as string).trim()));
  }
  return secrets.filter(({ value }) => value !== '');
}

/** A receiver may tell a header whole, or what it took out of it. */
function secretsIn(name: string, value: string): readonly SentSecret[] {
  const whole: SentSecret = { value, shownAs: '(secret)', names: [name] };
  const [, scheme, rest] = /^([\w-]+)[ \t]+(.+)$/.exec(value) ?? [];
  if (scheme === undefined || rest === undefined) return [whole];
  const word = scheme.toLowerCase();
  const shownAs = word === 'bearer' ? '(token)' : '(secret)';
  const inside: SentSecret[] = [{ value: rest, shownAs, names: [name, word] }];
  if (word === 'basic') inside.push(passwordIn(rest));
  // A scheme is no secret, but the first word of anything else may be.
  return name.endsWith('authorization') ? inside : [whole, ...inside];
}

/** RFC 7617: a user name has no colon in it. */
function passwordIn(credentials: string): SentSecret {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const user = text.slice(0, Math.max(colon, 0)).toLowerCase();
  return {
    value: text.slice(colon + 1),
    shownAs: '(password)',
    names: user === '' ? passwordNames : [...passwordNames, user],
  };
}
