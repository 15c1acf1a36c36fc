/**
 * `Idempotency-Key` on POST: the same request under the same key gets the same answer for a day, without doing
 * anything twice. Another request under a used key is refused, and so is a second one while the first is under way.
 * Answers that say what passes are not kept (the server's own trouble, too many at the moment, something to wait for, to
 * remove or to make first): the request may be tried again. The catalog of problems says which they are.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiDeps, App } from '../deps.ts';
import { passes } from '../problems/catalog.ts';
import { problemIn, sendProblem } from '../problems/problem.ts';

interface Remembering {
  readonly caller: string;
  readonly key: string;
  readonly request: string;
  /** An answer was remembered before what it tells of was done. */
  early: boolean;
}

const replayed = 'idempotency-replayed';

const kept = new WeakMap<FastifyRequest, string>();

/** What is kept of an answer instead of itself, where it says something that is said only once. */
export function keepInstead(request: FastifyRequest, body: string): void {
  kept.set(request, body);
}

const early = new WeakMap<FastifyRequest, (status: number, body: string) => Promise<void>>();

/**
 * Remembers the answer before what it tells of is done, for what must not be done twice even where the server dies in
 * between. An answer that turns out to be a problem takes its place. Does nothing for a request without a key.
 */
export async function rememberFirst(request: FastifyRequest, status: number, body: string): Promise<void> {
  await early.get(request)?.(status, body);
}

export function rememberAnswers(app: App, { idempotency, clock }: Pick<ApiDeps, 'idempotency' | 'clock'>): void {
  const underWay = new Set<string>();
  const remembering = new WeakMap<FastifyRequest, Remembering>();

  app.addHook('preHandler', async (request, reply) => {
    const header = request.headers['idempotency-key'];
    if (request.method !== 'POST' || header === undefined) return undefined;
    const key = String(header);
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) return sendProblem(reply, { code: 'invalid_idempotency_key' });
    const caller = request.caller?.name ?? 'nobody';
    const slot = `${caller}\u0000${key}`;
    if (underWay.has(slot)) return sendProblem(reply, { code: 'idempotency_key_in_use', retryAfter: 1 });
    underWay.add(slot);
    const hash = hashOf(request);
    const slotOfRequest: Remembering = { caller, key, request: hash, early: false };
    remembering.set(request, slotOfRequest);
    early.set(request, async (status, body) => {
      slotOfRequest.early = true;
      await idempotency.remember(caller, key, { request: hash, status, body, at: clock.now() });
    });
    const known = await idempotency.recall(caller, key);
    return known ? answerAgain(request, reply, known, hash) : undefined;
  });

  function answerAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    known: { readonly request: string; readonly status: number; readonly body: string },
    hash: string,
  ): FastifyReply {
    release(request);
    if (known.request !== hash) return sendProblem(reply, { code: 'idempotency_key_reused' });
    reply.header(replayed, 'true');
    const type = known.status >= 400 ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8';
    return reply.code(known.status).type(type).send(known.body);
  }

  /** Also where the client has hung up: who asks again because of that must not have it done again. */
  app.addHook('onSend', async (request, reply, payload) => {
    const slot = remembering.get(request);
    if (!slot) return payload;
    try {
      if (slot.early && reply.statusCode >= 400) await idempotency.forget(slot.caller, slot.key);
      if (isFinal(reply) && typeof payload === 'string') {
        const body = kept.get(request) ?? payload;
        const answer = { request: slot.request, status: reply.statusCode, body, at: clock.now() };
        await idempotency.remember(slot.caller, slot.key, answer);
      }
    } finally {
      release(request);
    }
    return payload;
  });

  const release = (request: FastifyRequest): void => {
    const slot = remembering.get(request);
    if (!slot) return;
    remembering.delete(request);
    underWay.delete(`${slot.caller}\u0000${slot.key}`);
  };
}

function isFinal(reply: FastifyReply): boolean {
  const problem = problemIn(reply);
  return problem === undefined || !passes(problem);
}

function hashOf(request: FastifyRequest): string {
  const hash = createHash('sha256').update(
    `${request.method} ${request.url}\n${request.headers['content-type'] ?? ''}\n`,
  );
  const { body } = request;
  if (typeof body === 'string' || body instanceof Uint8Array) hash.update(body);
  else hash.update(JSON.stringify(body) ?? '');
  return hash.digest('hex');
}
