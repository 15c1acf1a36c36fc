import type { TSchema } from 'typebox';
import type { AccessKind } from '../../model/scope.ts';
import type { App } from '../deps.ts';

/** What a route says about itself for the reference, beside fastify's `schema` of what it takes. */
export interface RouteFacts {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** False: no token needed. */
  readonly token?: boolean;
  /** The lowest kind of token it is for, where it needs one; a route that says nothing is the superuser's alone. */
  readonly least?: AccessKind;
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body?: TSchema;
  /** Content types of the body with a schema each, where it is more than JSON. */
  readonly bodies?: Readonly<Record<string, TSchema>>;
  readonly answers?: Readonly<
    Record<number, { readonly description: string; readonly schema?: TSchema; readonly type?: string }>
  >;
  /** The body of every error, where it is not a problem as RFC 9457 has it. */
  readonly errors?: TSchema;
}

export interface ListedRoute {
  readonly method: string;
  /** `/v1/events/:id` */
  readonly path: string;
  readonly facts: RouteFacts | null;
}

export interface RouteList {
  readonly routes: readonly ListedRoute[];
  /** Methods that some route takes at this path. */
  methodsAt(path: string): readonly string[];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly facts?: RouteFacts;
  }
}

/** Must be called before the first route is added. */
export function collectRoutes(app: App): RouteList {
  const routes: (ListedRoute & { readonly pattern: RegExp })[] = [];
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    const pattern = new RegExp(`^${route.url.replace(/[.]/g, '\\.').replace(/:[A-Za-z]+/g, '[^/]+')}/?$`);
    for (const method of methods) routes.push({ method, path: route.url, facts: route.config?.facts ?? null, pattern });
  });
  return {
    routes,
    methodsAt: (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))],
  };
}

/** Options of a route from its facts: fastify validates by the same schemas that the reference shows. */
export function described(facts: RouteFacts): { config: { facts: RouteFacts }; schema: object } {
  const { params, querystring, body } = facts;
  return {
    config: { facts },
    schema: { ...(params && { params }), ...(querystring && { querystring }), ...(body && { body }) },
  };
}
