/**
 * The HTTP server: limits, hooks and the routes of every resource. Open paths are listed first; everything under
 * `/v1` stands behind the token.
 */
import Fastify, { type FastifyServerOptions } from 'fastify';
import { secretHex } from '../kit/random.ts';
import type { Service } from '../kit/service.ts';
import { accessLog } from './access-log.ts';
import { auditRoutes } from './audit/routes.ts';
import { authenticate } from './auth/authenticate.ts';
import { createBodyBudget } from './bodies/budget.ts';
import { answerExpectations } from './bodies/expect-continue.ts';
import { createBodies } from './bodies/receive.ts';
import { commandRoutes } from './calls/commands/routes.ts';
import { callRoutes } from './calls/routes.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { createCloser } from './close-server.ts';
import { connectorRoutes } from './connectors/routes.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import type { ApiDeps, ApiOptions, App } from './deps.ts';
import { dialectRoutes } from './dialects/routes.ts';
import { domainRoutes } from './domains/routes.ts';
import { endpointRoutes } from './endpoints/routes.ts';
import { erasureRoutes } from './erasures/routes.ts';
import { ingestRoute } from './events/ingest-route.ts';
import { eventRoutes } from './events/routes.ts';
import { extensionRoutes } from './extensions/routes.ts';
import { mountFacades } from './facades/mount.ts';
import { ownPath } from './facades/own-path.ts';
import { refuseUrl } from './facades/refuse-url.ts';
import { healthRoutes } from './health/routes.ts';
import { rememberAnswers } from './idempotency/remember-answers.ts';
import { watchInboxes } from './inbox/open-inboxes.ts';
import { inboxRoutes } from './inbox/routes.ts';
import { listenError } from './listen-error.ts';
import { metricsRoute } from './metrics/route.ts';
import { gauge } from './metrics/scraped.ts';
import { oauthRoutes, tokenPaths } from './oauth/routes.ts';
import { openApiRoutes } from './openapi/routes.ts';
import { collectRoutes, type RouteList } from './openapi/route-list.ts';
import { handleErrors } from './problems/handle-errors.ts';
import { problemFromError } from './problems/from-error.ts';
import { sendProblem } from './problems/problem.ts';
import { previewRoutes } from './preview/routes.ts';
import { recordingLinkRoute } from './recordings/links.ts';
import { recordingRoutes } from './recordings/routes.ts';
import { refuseDeepBody } from './refuse-deep-body.ts';
import { refuseEncodedBody } from './refuse-encoded-body.ts';
import { refuseHalfCharacters } from './refuse-half-characters.ts';
import { refuseUnknownQuery } from './refuse-unknown-query.ts';
import { refuseWithoutHost } from './refuse-without-host.ts';
import { tellOfRefusedConnections } from './refused-connections.ts';
import { reportRoutes } from './reports/routes.ts';
import { replayRoutes } from './replays/routes.ts';
import { retryRoutes } from './retry/routes.ts';
import { securityHeaders } from './security-headers.ts';
import { startPageRoutes } from './start-page/routes.ts';
import { sourceRoutes } from './sources/routes.ts';
import { statsRoutes } from './stats/routes.ts';
import { createStreamHub } from './stream/hub.ts';
import { streamRoute } from './stream/route.ts';
import { subscriptionRoutes } from './subscriptions/routes.ts';
import { tokenRoutes } from './tokens/routes.ts';
import { userRoutes } from './users/routes.ts';
import { validatorCompiler } from './validator.ts';
import { deliveryWhyRoutes, whyRoutes } from './why/routes.ts';

export interface Api extends Service {
  /** Where it listens, as a base for paths, without a slash at the end. Empty before `start`. */
  url(): string;
  /** The server's routes without a socket, for tests. */
  readonly app: App;
  /** Every route with what it says about itself. */
  readonly routes: RouteList;
}

export function createApi(deps: ApiDeps, options: ApiOptions): Api {
  const app = Fastify(serverOptions(options, deps.facades));
  app.server.maxConnections = options.maxConnections;
  answerExpectations(app);
  const budget = createBodyBudget(options.bodyMemoryBytes);
  const bodies = createBodies(app, budget);
  const closer = createCloser(app, deps.clock);
  const routes = collectRoutes(app);
  const hub = createStreamHub(deps, { maxStreams: options.maxStreams });
  gauge(deps.metrics, { name: 'offhook_stream_clients', help: 'Clients of /v1/stream' }, () => [[hub.clients()]]);
  const bodyBytes = { name: 'offhook_request_body_bytes', help: 'Memory that bodies of requests under way hold' };
  gauge(deps.metrics, bodyBytes, () => [[budget.held()]]);
  app.decorateRequest('caller', null);
  handleErrors(app, deps.logger, routes);
  securityHeaders(app);
  accessLog(app, deps);
  app.addHook('onRequest', refuseWithoutHost);
  tellOfRefusedConnections(app, deps, options.maxConnections);
  healthRoutes(app, deps);
  metricsRoute(app, deps);
  startPageRoutes(app);
  openApiRoutes(app, { version: deps.version, routes });
  const inboxes = watchInboxes(deps.delivery.subscriptions, deps.inbox);
  inboxRoutes(app, { ...deps, bodies }, inboxes);
  reportRoutes(app, { ...deps, bodies });
  void app.register(async (v1) => {
    v1.addHook('onRequest', authenticate(deps.checkToken));
    v1.addHook('onRequest', refuseUnknownQuery);
    v1.addHook('onRequest', refuseEncodedBody);
    v1.addHook('preHandler', refuseDeepBody);
    v1.addHook('preHandler', refuseHalfCharacters);
    rememberAnswers(v1, deps);
    bodies.acceptJson(v1, 'application/json');
    ingestRoute(v1, { ...deps, bodies });
    eventRoutes(v1, deps);
    whyRoutes(v1, deps);
    deliveryWhyRoutes(v1, deps);
    streamRoute(v1, deps, hub);
    subscriptionRoutes(v1, { ...deps, inboxes, bodies });
    previewRoutes(v1, deps);
    endpointRoutes(v1, deps);
    deliveryRoutes(v1, deps);
    retryRoutes(v1, deps);
    replayRoutes(v1, deps);
    erasureRoutes(v1, deps);
    callRoutes(v1, deps);
    commandRoutes(v1, deps);
    recordingRoutes(v1, deps);
    connectorRoutes(v1, deps);
    dialectRoutes(v1, deps);
    statsRoutes(v1, deps);
    tokenRoutes(v1, deps);
    domainRoutes(v1, deps);
    extensionRoutes(v1, deps);
    userRoutes(v1, deps);
    sourceRoutes(v1, deps);
    auditRoutes(v1, deps);
  });
  oauthRoutes(app, { ...deps, bodies });
  void app.register(async (links) => recordingLinkRoute(links, deps));
  mountFacades(app, { ...deps, inboxes, bodies, routes });
  let url = '';
  let stopped: Promise<void> | null = null;
  return {
    app,
    routes,
    url: () => url,
    start: async () => {
      try {
        url = await app.listen({ host: options.host, port: options.port });
      } catch (error) {
        throw listenError(error, options);
      }
    },
    stop: () => {
      hub.close();
      stopped ??= closer.close();
      return stopped;
    },
  };
}

/** Long enough for a slow uplink, short enough that idle or dripping clients cannot hold all connections. */
const headersTimeoutMs = 15_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 65_000;
/** As long as headers may be: what is too long for a field, its schema says. */
const longestPathPart = 16_384;

/** With TLS and without. What has no Host is answered by `refuseWithoutHost`, which says what is wrong. */
const nodeOptions = {
  headersTimeout: headersTimeoutMs,
  maxHeaderSize: 16_384,
  connectionsCheckingInterval: 5_000,
  requireHostHeader: false,
} as const;

function serverOptions(options: ApiOptions, facades: ApiDeps['facades']): FastifyServerOptions {
  const pathOf = ownPath([...facades.map(({ base }) => base), ...tokenPaths, '/recordings']);
  return {
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionTimeout: 0,
    http: nodeOptions,
    // Idle keep-alive connections are closed at once, requests under way are answered first.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: () => secretHex(8),
    requestIdHeader: false,
    clientErrorHandler: answerBrokenRequest,
    rewriteUrl: ({ url = '/' }) => pathOf(url),
    frameworkErrors: (error, request, reply) => {
      const problem = problemFromError(error) ?? { code: 'malformed_body' };
      void (refuseUrl(facades, request, reply, problem) ?? sendProblem(reply, problem));
    },
    routerOptions: { maxParamLength: longestPathPart },
    schemaController: {
      compilersFactory: {
        buildValidator: () => validatorCompiler as never,
        // Answers are made by handlers that know their shape; schemas describe them, and cost nothing per answer.
        buildSerializer: () => () => (answer: unknown) => JSON.stringify(answer),
      },
    },
    ...(options.tls ? { https: { ...nodeOptions, cert: options.tls.cert, key: options.tls.key } } : {}),
  } as FastifyServerOptions;
}
