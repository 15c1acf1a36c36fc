/**
 * The URL of a template. Whoever may name its values must not choose whom the notification goes to: the origin stands
 * in the template's own words before the first value, which is checked when it is saved, and again when it is rendered.
 */

/** What stands before the first value or tag. */
const words = /^[^{]*(?:\{(?![{%])[^{]*)*/;
const wholeOrigin = /^https?:\/\/[^/?#\\]+(?:[/?#]|$)/i;

/** @returns why the URL can't be that template; null: it can */
export function urlProblem(template: string, endpointUrl: string): string | null {
  const endpoint = originOf(endpointUrl);
  // The built-in receiver has no paths: what is rendered is not used.
  if (endpoint === null || isPath(template)) return null;
  const begin = words.exec(template)?.[0] ?? '';
  const isComplete = begin === template || /[/?#]/.test(begin.replace(/^https?:\/\//i, ''));
  const same = isComplete && wholeOrigin.test(begin) && originOf(begin) === endpoint;
  return same ? null : `it does not begin with ${endpoint}/, where endpoint.url leads`;
}

/** One slash: two begin a host. */
const isPath = (text: string): boolean => /^\/(?![/\\])/.test(text);

function originOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, protocol } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? origin : null;
}

const dotSegment = /[/\\](?:\.|%2e){1,2}(?=[/\\?#]|$)/i;

/** @returns the URL to send to, or why there is none */
export function resolvedUrl(
  rendered: string,
  endpointUrl: string,
): { readonly url: string } | { readonly reason: string } {
  const endpoint = originOf(endpointUrl);
  if (endpoint === null) return { url: endpointUrl };
  if (/[\s\p{Cc}\\]/u.test(rendered)) return { reason: 'the URL has white space, control characters or a backslash' };
  const text = isPath(rendered) ? endpoint + rendered : rendered;
  if (!URL.canParse(text)) return { reason: 'the URL cannot be read' };
  const url = new URL(text);
  if (url.origin !== endpoint) return { reason: `the URL leads to ${url.origin.slice(0, 200)} instead of ${endpoint}` };
  if (url.username !== '' || url.password !== '') return { reason: 'the URL has a user name or password in it' };
  const path = text.slice(0, text.search(/[?#]|$/));
  // A value of ".." would lead out of the folder it stands in, and no encoding helps against that.
  if (dotSegment.test(path)) return { reason: 'the path of the URL has a "." or ".." segment' };
  return { url: url.href };
}
