/** Where the pages before and after one are. */
import type { FacadeRequest } from '../../facade.ts';
import type { Listing } from './listing.ts';

type Place = Pick<Listing, 'count' | 'startIndex'>;

export interface PageLinks {
  readonly startIndex: string;
  readonly itemsPerPage: string;
  readonly totalResults: string;
  readonly links: { readonly prev?: string; readonly next?: string };
}

export function pageLinks(request: FacadeRequest, { count, startIndex }: Place, total: number): PageLinks {
  const at = (index: number): string => pageUrl(request, { count, startIndex: index });
  const next = startIndex + count;
  return {
    startIndex: String(startIndex),
    itemsPerPage: String(count),
    totalResults: String(total),
    links: {
      ...(startIndex > 0 && { prev: at(Math.max(0, startIndex - count)) }),
      ...(next < total && { next: at(next) }),
    },
  };
}

/** The same request for another page. */
function pageUrl({ root, path }: FacadeRequest, { count, startIndex }: Place): string {
  const [before = '', query = ''] = path.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('startIndex', String(startIndex));
  parameters.set('count', String(count));
  return `${root}${before}?${parameters.toString()}`;
}
