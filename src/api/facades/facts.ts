import { type TSchema, Type } from 'typebox';
import type { Facade, FacadeRoute } from '../../dialects/facade.ts';
import type { RouteFacts } from '../openapi/route-list.ts';

/** What the reference says of a facade's route. Nothing is checked by it: each vendor refuses in words of its own. */
export function factsOf({ title, base, refusalSchema }: Facade, route: FacadeRoute): RouteFacts {
  const { path, summary, description, query, body, answer, least } = route;
  const names = [...`${base}${path}`.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name as string);
  const params = Type.Object(Object.fromEntries(names.map((name): [string, TSchema] => [name, Type.String()])));
  return {
    summary,
    ...(description !== undefined && { description }),
    tag: title,
    least,
    ...(names.length > 0 && { params }),
    ...(query && { querystring: query }),
    ...(body && { bodies: { 'application/json': body } }),
    answers: { [answer.status]: { description: answer.description } },
    errors: refusalSchema,
  };
}
