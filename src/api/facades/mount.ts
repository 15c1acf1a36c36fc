/** Mounts vendors' management APIs beside `/v1`: the same tokens, scopes, limits and audit, every answer in the vendor's form. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Facade, FacadeContext, FacadeRoute, JsonAnswer } from '../../dialects/facade.ts';
import { isAtLeast, kindOf } from '../../model/scope.ts';
import { accessOf, authorOf, callerIn, callerOf } from '../auth/authenticate.ts';
import type { Bodies } from '../bodies/receive.ts';
import type { ApiDeps, App } from '../deps.ts';
import type { OpenInboxes } from '../inbox/open-inboxes.ts';
import type { RouteList } from '../openapi/route-list.ts';
import type { Problem } from '../problems/problem.ts';
import { answerRecording } from '../recordings/answer-recording.ts';
import { isNamed, type RecordingDeps } from '../recordings/find-recording.ts';
import { recordingLink } from '../recordings/links.ts';
import { createReader, type ReaderDeps, type ReadDraft } from '../subscriptions/reader.ts';
import { directoryFor } from './directory.ts';
import { factsOf } from './facts.ts';
import { readRequest } from './read-request.ts';
import { refusalFromError, refusalOf } from './refusal.ts';
import { subscriptionsFor } from './subscriptions.ts';

export interface FacadeDeps
  extends ReaderDeps,
    RecordingDeps,
    Pick<ApiDeps, 'facades' | 'delivery' | 'checkToken' | 'logger'> {
  readonly inboxes: OpenInboxes;
  readonly bodies: Bodies;
  readonly routes: RouteList;
}

/** An event has a URL of 2 kB at most, and a note. */
const maxBodyBytes = 65_536;

export function mountFacades(app: App, deps: FacadeDeps): void {
  const read = createReader(deps);
  for (const facade of deps.facades) {
    void app.register(async (scope) => mount(scope, facade, deps, read), { prefix: facade.base });
  }
}

function mount(scope: App, facade: Facade, deps: FacadeDeps, read: ReadDraft): void {
  deps.bodies.accept(scope, '*', (_request, bytes, done) => done(null, bytes));
  scope.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  scope.setNotFoundHandler((request, reply) => answerNotFound(request, reply));
  for (const route of facade.routes) {
    scope.route({
      method: route.method,
      url: route.path,
      bodyLimit: maxBodyBytes,
      config: { facts: factsOf(facade, route) },
      onRequest: async (request, reply) => {
        const problem = problemAtFirst(request, route, deps);
        return problem && refuse(reply, problem);
      },
      handler: async (request, reply) => answer(request, reply, route),
    });
  }

  async function answer(request: FastifyRequest, reply: FastifyReply, route: FacadeRoute): Promise<FastifyReply> {
    const asked = readRequest(request, facade.base);
    if ('problem' in asked) return refuse(reply, asked.problem);
    const context = contextFor(request, asked.value.root, deps, read);
    const answered = await route.handle(asked.value, context);
    if (!('recording' in answered)) return send(reply, answered);
    return answerRecording(request, reply, deps, {
      ...{ access: context.access, reader: callerIn(request).author.id },
      ...{ id: answered.recording, call: undefined },
      refuse: (problem) => refuse(reply, problem),
    });
  }

  function send(reply: FastifyReply, { status, body }: JsonAnswer): FastifyReply {
    reply.code(status).header('cache-control', 'no-store');
    return body === null ? reply.send() : reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  function refuse(reply: FastifyReply, problem: Problem): FastifyReply {
    const refusal = refusalOf(problem);
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="offhook"');
    if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
    return send(reply, facade.refuse(refusal));
  }

  function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const refusal = refusalFromError(error);
    if (refusal) return send(reply, facade.refuse(refusal));
    const { stack, message } = error as Error;
    const { url } = request.routeOptions;
    deps.logger.error({ requestId: request.id, route: url, stack: stack ?? message }, 'request failed');
    return refuse(reply, { code: 'internal' });
  }

  function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const methods = deps.routes.methodsAt(request.url.split('?', 1)[0] as string);
    if (methods.length === 0) return refuse(reply, { code: 'route_not_found' });
    reply.header('allow', methods.join(', '));
    return refuse(reply, {
      code: 'method_not_allowed',
      detail: `${request.method} is not among ${methods.join(', ')}.`,
    });
  }
}

/** Before the body is read: who asks, whether this is for them, and whether the body could be understood. */
function problemAtFirst(request: FastifyRequest, { least }: FacadeRoute, { checkToken }: FacadeDeps): Problem | null {
  const found = callerOf(request, checkToken);
  if ('problem' in found) return found.problem;
  const kind = kindOf(found.caller.access);
  if (!isAtLeast(kind, least)) {
    return {
      code: 'kind_not_allowed',
      detail: `A token of kind ${kind} may not do this; it takes ${least} or higher.`,
    };
  }
  request.caller = found.caller;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  return /^(?:identity)?$/i.test(encoding)
    ? null
    : { code: 'media_type_unsupported', detail: 'Bodies with Content-Encoding are not understood here.' };
}

function contextFor(request: FastifyRequest, root: string, deps: FacadeDeps, read: ReadDraft): FacadeContext {
  const access = accessOf(request);
  const { author } = callerIn(request);
  return {
    access,
    subscriptions: subscriptionsFor({ access, author: authorOf(request) }, deps.delivery.subscriptions, read),
    directory: directoryFor(access, deps.tenants),
    recordingLink: async (id) => {
      if (!(await isNamed(deps, access, id))) return null;
      const link = recordingLink(deps.tenants, author.id, id);
      return `${root}${link ?? `/v1/recordings/${encodeURIComponent(id)}`}`;
    },
  };
}
