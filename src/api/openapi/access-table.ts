/** The security guide's table of who may do what, from what the routes say of themselves. */
import { type AccessKind, accessKinds, isAtLeast } from '../../model/scope.ts';
import type { ListedRoute } from './route-list.ts';

const begin = '<!-- made from the routes by npm run generate:reference: begin -->';
const end = '<!-- end -->';

/** `/v1/tokens/:id/rotate` is about `/v1/tokens`. */
const resourceOf = (path: string): string => /^(?:\/v1)?\/[a-z]+/.exec(path)?.[0] ?? path;

/** What is done, in the order of the columns; a verb behind an id stands for itself. In vendors' paths what follows is no verb. */
function verbOf({ method, path }: ListedRoute): string {
  const verb = /^\/v1\/.*:[A-Za-z]+\/([a-z]+)$/.exec(path)?.[1];
  return verb ?? { GET: 'read', POST: 'make', PUT: 'change', PATCH: 'change', DELETE: 'remove' }[method] ?? method;
}

const usualVerbs = ['read', 'make', 'change'];
/** The usual ones first, removing last. */
const orderOf = (verb: string): number =>
  verb === 'remove' ? 9 : usualVerbs.includes(verb) ? usualVerbs.indexOf(verb) : 5;

export function accessTable(routes: readonly ListedRoute[]): string {
  const verbs = new Map<string, Map<AccessKind, Set<string>>>();
  for (const route of routes) {
    if (!route.facts || route.facts.token === false || route.method === 'HEAD') continue;
    const resource = resourceOf(route.path);
    const byLeast = verbs.get(resource) ?? new Map<AccessKind, Set<string>>();
    const least = route.facts.least ?? 'superuser';
    byLeast.set(least, (byLeast.get(least) ?? new Set()).add(verbOf(route)));
    verbs.set(resource, byLeast);
  }
  const rows = [...verbs]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([resource, byLeast]) => {
      const cells = accessKinds.map((kind) => {
        const may = [...byLeast].filter(([least]) => isAtLeast(kind, least)).flatMap(([, names]) => [...names]);
        return [...new Set(may)].sort((one, other) => orderOf(one) - orderOf(other)).join(', ') || '–';
      });
      return `| \`${resource}\` | ${cells.join(' | ')} |`;
    });
  return [`| | ${accessKinds.join(' | ')} |`, `|---|${accessKinds.map(() => '---|').join('')}`, ...rows].join('\n');
}

/** The page with the table in its place. @throws Error where the page has no place for it. */
export function withAccessTable(page: string, table: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the page has no "${begin}" and "${end}"`);
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
