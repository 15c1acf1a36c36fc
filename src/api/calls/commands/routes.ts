/**
 * Commands to phone systems. Answered with 202 when the phone system took them; what becomes of them is told by the
 * events of the call. Each is written into the audit, and for one Idempotency-Key done at most once, whatever happens to
 * the server in between.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { CommandResult, PhoneCommands } from '../../../calls/commands.ts';
import type { LiveCall } from '../../../calls/live/live-call.ts';
import { auditEntry, auditEvent, type AuditAction, type Snapshot } from '../../../model/audit.ts';
import { accessOf, authorOf } from '../../auth/authenticate.ts';
import type { ApiDeps, App } from '../../deps.ts';
import { rememberFirst } from '../../idempotency/remember-answers.ts';
import { described } from '../../openapi/route-list.ts';
import { type Problem, sendProblem } from '../../problems/problem.ts';
import { OrderInput, taken, Taken, TransferInput } from './input.ts';
import { judged, readOrder } from './read-order.ts';
import { problemOf } from './results.ts';
import { mayCommand } from './scope.ts';
import { transfererOf } from './transferer.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
type Params = Static<typeof Params>;
type Deps = Pick<ApiDeps, 'live' | 'calls' | 'connectors' | 'commands' | 'audit' | 'clock'>;

export function commandRoutes(app: App, deps: Deps): void {
  originateRoute(app, deps);
  hangUpRoute(app, deps);
  transferRoute(app, deps);
}

function originateRoute(app: App, deps: Deps): void {
  const facts = described({
    summary: 'Have a phone system begin a call between two numbers',
    description:
      'One end is rung first and, when it has answered, the other: two extensions, an extension and a number outside, a number outside and a menu. The call’s first event is durable before the phone system is asked; if it says no, or nobody is reached, the call ends with the outcome that says so. A user’s or an extension’s token calls from its own phones.',
    tag: 'calls',
    least: 'extension',
    body: OrderInput,
    answers: { 202: { description: 'The phone system makes the call; its events say how it goes.', schema: Taken } },
  });
  app.post<{ Body: OrderInput }>('/v1/calls', facts, async (request, reply) => {
    const read = readOrder(deps, accessOf(request), request.body);
    if ('problem' in read) return sendProblem(reply, read.problem);
    const { connector, phones, order } = read;
    let answer: Taken | null = null;
    const result = await phones.originate(order, async (callId) => {
      answer = taken(callId, connector.id);
      // Numbers are the call's to tell, so that an erasure need not look for them here.
      const { ringMs, first, origin } = order;
      const place = { ...connector, extension: origin.onBehalfOf ?? null };
      await audited(deps, request, place, 'created', callId, { connector: connector.id, first, ringMs, ...origin });
      await rememberFirst(request, 202, JSON.stringify(answer));
    });
    return answered(reply, result, answer);
  });
}

function hangUpRoute(app: App, deps: Deps): void {
  const facts = described({
    summary: 'End a call for everybody in it',
    description: 'By a user’s or an extension’s token only where one of its phones began the call, or talks in it.',
    tag: 'calls',
    least: 'extension',
    params: Params,
    answers: { 202: { description: 'It is being ended; `call.ended` says when.', schema: Taken } },
  });
  app.post<{ Params: Params }>('/v1/calls/:id/hangup', facts, async (request, reply) => {
    const found = await commandable(deps, request);
    if ('problem' in found) return sendProblem(reply, found.problem);
    const { live, phones } = found;
    const result = await phones.hangUp(live.call.id);
    if (!problemOf(result)) await auditedCall(deps, request, live, 'hung_up', null, null);
    return answered(reply, result, taken(live.call.id, live.connector));
  });
}

function transferRoute(app: App, deps: Deps): void {
  const facts = described({
    summary: 'Send the other party of a call on to a number',
    description:
      'Without asking there first (a blind transfer; there is no attended one here, as that is for the phone to do): the extension `by` leaves, and whoever it talks with is connected with `to`. `transfer.started` and what follows it say how it goes.',
    tag: 'calls',
    least: 'extension',
    params: Params,
    body: TransferInput,
    answers: { 202: { description: 'They are sent on; the events of the call say how it goes.', schema: Taken } },
  });
  app.post<{ Params: Params; Body: TransferInput }>('/v1/calls/:id/transfer', facts, async (request, reply) => {
    const found = await commandable(deps, request);
    if ('problem' in found) return sendProblem(reply, found.problem);
    const { live, phones } = found;
    const to = judged(phones, 'to', request.body.to);
    if ('problem' in to) return sendProblem(reply, to.problem);
    const by = transfererOf(accessOf(request), live, request.body.by);
    if (typeof by === 'object') return sendProblem(reply, by.problem);
    const answer = taken(live.call.id, live.connector);
    await rememberFirst(request, 202, JSON.stringify(answer));
    const result = await phones.transfer(live.call.id, by, to);
    if (!problemOf(result)) await auditedCall(deps, request, live, 'transferred', by, { by });
    return answered(reply, result, answer);
  });
}

/** The call that was named, where it is in progress, takes commands, and the caller may give them. */
async function commandable(
  deps: Deps,
  request: FastifyRequest<{ Params: Params }>,
): Promise<{ readonly live: LiveCall; readonly phones: PhoneCommands } | { readonly problem: Problem }> {
  const access = accessOf(request);
  const { id } = request.params;
  const live = deps.live.find(access, id);
  if (!live) return { problem: { code: (await deps.calls.find(access, id)) ? 'call_over' : 'call_not_found' } };
  if (live.call.state === 'ended') return { problem: { code: 'call_over' } };
  if (!mayCommand(access, live)) {
    const detail = 'None of the token’s phones began this call, or talks in it.';
    return { problem: { code: 'outside_scope', detail } };
  }
  const phones = deps.commands(live.connector);
  return phones ? { live, phones } : { problem: { code: 'commands_off' } };
}

function answered(reply: FastifyReply, result: CommandResult, answer: Taken | null): object {
  const problem = problemOf(result);
  if (problem) return sendProblem(reply, answer ? { ...problem, more: { callId: answer.callId } } : problem);
  if (!answer) throw new Error('a phone system took an order without naming its call');
  return reply.code(202).header('location', answer.follow.call).send(answer);
}

interface Place {
  readonly reseller: string;
  readonly domain: string;
  readonly extension: string | null;
}

function auditedCall(
  deps: Deps,
  request: FastifyRequest,
  live: LiveCall,
  action: AuditAction,
  extension: string | null,
  after: Snapshot | null,
): Promise<void> {
  const { reseller, domain, connector } = live;
  return audited(deps, request, { reseller, domain, extension }, action, live.call.id, { connector, ...after });
}

async function audited(
  { audit, clock }: Deps,
  request: FastifyRequest,
  { reseller, domain, extension }: Place,
  action: AuditAction,
  callId: string,
  after: Snapshot,
): Promise<void> {
  const scope = { reseller, domain, user: '*', extension: extension ?? '*' };
  const change = { action, object: 'call', objectId: callId, scope, before: null, after };
  const entry = auditEntry(authorOf(request), clock.now(), change);
  await audit.write({ audit: [entry], events: [auditEvent(entry)] });
}
