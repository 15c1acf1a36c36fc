/**
 * How bodies of requests are received: within the limit of the route, and within the memory there is for all of them.
 * Where Content-Length says already that there is no room, nothing is read; else the reading ends when there is none.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { errorCodes, type FastifyRequest } from 'fastify';
import type { App } from '../deps.ts';
import type { Problem } from '../problems/problem.ts';
import { InvalidRequest } from '../validator.ts';
import type { BodyBudget, HeldBody } from './budget.ts';
import { letContinue } from './expect-continue.ts';
import { ReceivedBody } from './received-body.ts';

type Done = (error: Error | null, body?: unknown) => void;
/** Makes of the bytes what a handler gets. */
type ReadBody = (request: FastifyRequest, bytes: Buffer, done: Done) => void;

export interface Bodies {
  /** Lets a scope take bodies of these media types; `*`: of all. What no scope takes is never read. */
  accept(scope: App, types: string | readonly string[], read: ReadBody): void;
  /** An empty body is none: many clients name a type with every request. */
  acceptJson(scope: App, type: string): void;
}

/** There is no room for it. What comes of it all the same is read and dropped, so that the client sees the answer. */
export class NoRoomForBody extends InvalidRequest {
  constructor() {
    super(noRoom);
  }
}

const noRoom: Problem = {
  code: 'overloaded',
  detail: 'Bodies of requests under way have used up the memory there is for them.',
  remedy: 'Send again after Retry-After seconds, less at a time; server.bodyMemoryBytes sets how much there is.',
  retryAfter: 1,
};

export function createBodies(app: App, budget: BodyBudget): Bodies {
  const holding = createHolding(app, budget);
  app.removeAllContentTypeParsers();
  const accept: Bodies['accept'] = (scope, types, read) => {
    const parse = (request: FastifyRequest, payload: IncomingMessage, done: Done): void =>
      receive(request, payload, holding, (error, bytes) => (bytes ? read(request, bytes, done) : done(error)));
    scope.addContentTypeParser(typeof types === 'string' ? types : [...types], parse);
  };
  return {
    accept,
    acceptJson: (scope, type) => {
      const parse = scope.getDefaultJsonParser('error', 'error');
      accept(scope, type, (request, bytes, done) => {
        if (bytes.length === 0) return done(null, undefined);
        void parse(request, bytes.toString('utf8'), done);
      });
    },
  };
}

type Holding = (request: FastifyRequest) => HeldBody;

/**
 * What a request holds it holds until it is answered, since what is made of its body is about as large; or until its
 * connection ends, which of pipelined requests only the first one’s answer is told of.
 */
function createHolding(app: App, budget: BodyBudget): Holding {
  const byRequest = new WeakMap<FastifyRequest, HeldBody>();
  const bySocket = new WeakMap<Socket, Set<HeldBody>>();
  const ofSocket = (socket: Socket): Set<HeldBody> => {
    const known = bySocket.get(socket);
    if (known) return known;
    const all = new Set<HeldBody>();
    bySocket.set(socket, all);
    socket.once('close', () => {
      for (const held of all) held.release();
    });
    return all;
  };
  app.addHook('onResponse', (request, _reply, done) => {
    const held = byRequest.get(request);
    if (held) {
      held.release();
      bySocket.get(request.raw.socket)?.delete(held);
    }
    done();
  });
  return (request) => {
    const held = budget.open(tenantOf(request));
    byRequest.set(request, held);
    ofSocket(request.raw.socket).add(held);
    return held;
  };
}

/** Everybody of a domain is one, and so are all strangers that post to inboxes. */
function tenantOf({ caller }: FastifyRequest): string {
  return caller ? JSON.stringify([caller.access.reseller, caller.access.domain]) : 'strangers';
}

function receive(
  request: FastifyRequest,
  payload: IncomingMessage,
  holding: Holding,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  const limit = request.routeOptions.bodyLimit;
  const said = Number(request.headers['content-length'] ?? Number.NaN);
  if (said > limit) return done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
  const held = holding(request);
  if (said > 0 && !held.fits(said)) return done(new NoRoomForBody());
  const body = new ReceivedBody(held, Number.isNaN(said) ? limit : said);
  const end = (error: Error | null): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    if (!error) return done(null, body.whole());
    held.release();
    return done(error);
  };
  const refuse = (error: Error): void => {
    end(error);
    payload.resume();
  };
  const onData = (piece: Buffer): void => {
    if (body.length + piece.length > limit) refuse(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else if (!body.add(piece)) refuse(new NoRoomForBody());
  };
  const isShort = (): boolean => !Number.isNaN(said) && body.length !== said;
  const onEnd = (): void => end(isShort() ? new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH() : null);
  const onError = (error: Error): void => end(Object.assign(error, { statusCode: 400 }));
  payload.on('data', onData).on('end', onEnd).on('error', onError);
  letContinue(request.raw);
}
