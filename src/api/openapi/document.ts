/** The OpenAPI 3.1 document, from the facts and schemas the routes are made of. */
import type { TSchema } from 'typebox';
import { accessKinds, isAtLeast } from '../../model/scope.ts';
import { ProblemSchema } from '../contract/common.ts';
import { problemCatalog } from '../problems/catalog.ts';
import type { ListedRoute, RouteFacts } from './route-list.ts';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  /** Kinds of tokens it takes. */
  readonly 'x-tokens'?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { schema: unknown }>>;
  };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: unknown;
}

const description =
  'Errors are `application/problem+json` with a stable `code`, the field at fault and a remedy. Lists page by `cursor`. A POST may carry an `Idempotency-Key`: the same request then gets the same answer for a day.';

export function openApiDocument(routes: readonly ListedRoute[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const { method, path, facts } of routes) {
    if (!facts || method === 'HEAD') continue;
    const at = path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[at] = { ...paths[at], [method.toLowerCase()]: operation(method, at, facts) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Offhook', version, description },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: plain(ProblemSchema) },
    },
  };
}

/** Schemas carry typebox's own marks, which JSON leaves out; `$id` of an inlined schema would have to be unique. */
function plain(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === '$id' ? undefined : value)));
}

function operation(method: string, path: string, facts: RouteFacts): Operation {
  const parameters = [...parametersOf(facts.params, 'path'), ...parametersOf(facts.querystring, 'query')];
  const bodies = facts.bodies ?? (facts.body ? { 'application/json': facts.body } : null);
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_match, next?: string) => (next ?? '').toUpperCase())}`,
    summary: facts.summary,
    ...(facts.description && { description: facts.description }),
    tags: [facts.tag],
    security: facts.token === false ? [] : [{ token: [] }],
    ...(facts.token !== false && { 'x-tokens': kindsFor(facts) }),
    ...(parameters.length > 0 && { parameters }),
    ...(bodies && { requestBody: { required: true, content: contentOf(bodies) } }),
    responses: responsesOf(facts),
  };
}

const kindsFor = ({ least = 'superuser' }: RouteFacts): string[] =>
  accessKinds.filter((kind) => isAtLeast(kind, least));

function contentOf(bodies: Readonly<Record<string, TSchema>>): Record<string, { schema: unknown }> {
  return Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema: plain(schema) }]));
}

interface ObjectLike {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

function parametersOf(schema: TSchema | undefined, place: 'path' | 'query'): Parameter[] {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectLike;
  return Object.entries(properties).map(([name, property]) => {
    const { description: text, ...rest } = plain(property) as { description?: string };
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(text !== undefined && { description: text }),
      schema: rest,
    };
  });
}

function responsesOf(facts: RouteFacts): Operation['responses'] {
  const responses: Record<string, { description: string; content?: object }> = {};
  for (const [status, { description: text, schema, type }] of Object.entries(facts.answers ?? {})) {
    const media = type ?? 'application/json';
    const content = schema ? { [media]: { schema: plain(schema) } } : type ? { [type]: {} } : null;
    responses[status] = { description: text, ...(content && { content }) };
  }
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const own = facts.errors && { 'application/json': { schema: plain(facts.errors) } };
  responses['default'] = own
    ? { description: 'What is wrong, in the form of this API.', content: own }
    : { description: 'A problem; its `code` is one of the documented ones.', content: problem };
  return responses;
}

/** `docs/reference/errors.md`. */
export function errorsReference(): string {
  const rows = Object.entries(problemCatalog).map(
    ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
  );
  return `# Errors

Made from \`src/api/problems/catalog.ts\` by \`npm run generate:reference\`; changes belong there.

Every error is an \`application/problem+json\` document (RFC 9457) with a stable \`code\`, what is wrong this time in
\`detail\`, the \`field\` at fault where there is one, a \`remedy\`, and a \`requestId\` that finds the request in the server’s
log. Programs go by \`code\`; the texts may change.

| code | status | what it means | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}
