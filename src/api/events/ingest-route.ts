import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { createEventAccepter } from '../../model/ingest/accept.ts';
import { numberReaders } from '../../model/numbers/index.ts';
import { callerIn } from '../auth/authenticate.ts';
import type { Bodies } from '../bodies/receive.ts';
import { ProblemSchema } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { problemFromError } from '../problems/from-error.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { InvalidRequest } from '../validator.ts';
import { createAdmission, usualAdmission } from './admission.ts';
import { ingest, type IngestDeps, type IngestResult } from './ingest.ts';
import { eventMediaTypes, readEventBody } from './read-body.ts';

const EventInput = Type.Object(
  {
    type: Type.String({ description: 'Required: one of the event types.' }),
    id: Type.Optional(Type.String({ description: 'Unique per source; made here where it is missing.' })),
    time: Type.Optional(
      Type.String({ format: 'date-time', description: 'When it happened; now, where it is missing.' }),
    ),
  },
  {
    additionalProperties: true,
    description: 'An event as the API shows it. `type` is required, and `call.id` for events of a call or leg.',
  },
);
const oneOrMany = Type.Union([EventInput, Type.Array(EventInput)]);

const ConflictSchema = Type.Object(
  {
    ...ProblemSchema.properties,
    accepted: Type.Array(Type.Object({ id: Type.String(), seq: Type.Integer() })),
    conflicts: Type.Array(Type.Object({ index: Type.Integer(), id: Type.String(), seq: Type.Integer() })),
  },
  { additionalProperties: true },
);

const route = described({
  summary: 'Send events',
  description: [
    'Answers 202 once all of them are on stable storage. Where one of several is not right, none is stored. An id known within `retention.ids` gets the same answer again.',
    'Where an id is known with another body, that event is not stored and all the others are: the answer is 409, with `accepted` for those that are durable and `conflicts` for those that are not, each with its index.',
    'Whose an event is, the token says: a token of a domain speaks for that domain alone, a reseller’s for the domains recorded as theirs. For a superuser’s a domain needs no record; where it has one, its reseller stands there. Types that Offhook alone says (`audit.*`, `charge.*`, `connector.*`, `delivery.*`, `subscription.*`) are refused from everybody.',
    'Ids are unique among all that is sent with one token. A CloudEvent’s `source` does not make its id another one; where its `data` is no event of an Offhook, `source` is kept in `data.extra.source`.',
    'Bodies are UTF-8, without Content-Encoding, of at most `server.maxBodyBytes`, 10,000 events and 256 kB an event. What is not documented may nest 16 levels deep.',
  ].join(' '),
  tag: 'events',
  least: 'domain',
  bodies: {
    'application/json': oneOrMany,
    'application/x-ndjson': Type.String({
      description:
        'One event a line, as in `{"type": "call.started", "call": {"id": "c1"}}` and on the next line `{"type": "call.ended", "call": {"id": "c1"}}`. Empty lines are skipped.',
    }),
    'application/cloudevents+json': Type.Object(
      {},
      {
        additionalProperties: true,
        description:
          'One CloudEvent 1.0 in structured mode: `{"specversion": "1.0", "id": "e1", "source": "/pbx", "type": "offhook.call.started", "subject": "c1", "data": {"call": {"id": "c1"}}}`. `data` is an event; the attributes stand in for what it leaves out. Binary mode is the same with `data` as `application/json` body and the attributes as headers: `ce-specversion: 1.0`, `ce-id: e1`, `ce-source: /pbx`, `ce-type: offhook.call.started`, `ce-subject: c1`.',
      },
    ),
    'application/cloudevents-batch+json': Type.Array(Type.Object({}, { additionalProperties: true }), {
      description: 'Several of them, each as in structured mode: `[{"specversion": "1.0", "id": "e1", …}, …]`.',
    }),
  },
  answers: {
    202: {
      description: 'All are durable, in this order.',
      schema: Type.Object({ accepted: Type.Array(Type.Object({ id: Type.String(), seq: Type.Integer() })) }),
    },
    409: {
      description:
        '`event_id_conflict`: the events under `conflicts` are known by their id with another body (`seq` is the known one’s) and were not stored; those under `accepted` are durable.',
      type: 'application/problem+json',
      schema: ConflictSchema,
    },
  },
});

export function ingestRoute(app: App, deps: ApiDeps & { readonly bodies: Bodies }): void {
  const { clock, log, defaults, tenants, eventCounts, tracing } = deps;
  const parts = {
    log,
    accept: createEventAccepter(),
    admission: createAdmission(usualAdmission),
    numbersOf: numberReaders((domain) => tenants.countryOf(domain) ?? defaults.country),
    names: tenants.names,
    tracing,
    defaults,
  };
  void app.register(async (scope) => {
    acceptText(scope, deps.bodies);
    scope.addHook('onError', (_request, _reply, error, done) => {
      const problem = error instanceof InvalidRequest ? error.problem : problemFromError(error);
      eventCounts.refused('http', problem?.code ?? 'internal');
      done();
    });
    scope.post<{ Body: string }>('/v1/events', route, async (request, reply) => {
      const result = await take(parts, request, clock.now());
      if ('problem' in result) {
        eventCounts.refused('http', result.problem.code);
        return sendProblem(reply, result.problem);
      }
      eventCounts.accepted('http', result.accepted.length - result.duplicates, result.duplicates);
      return reply
        .code(202)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ accepted: result.accepted }));
    });
  });
}

/** Not async, and the body is taken off the request: see `ingest`. */
function take(parts: IngestDeps, request: FastifyRequest<{ Body: string }>, nowMs: number): Promise<IngestResult> {
  const text = request.body ?? '';
  request.body = '';
  const read = readEventBody({ contentType: request.headers['content-type'] ?? '', headers: request.headers, text });
  if ('problem' in read) return Promise.resolve(read);
  const { access, source } = callerIn(request);
  const { traceparent } = request.headers as { readonly traceparent?: string };
  return ingest(parts, { ...read, access, source, bytes: Buffer.byteLength(text), nowMs, traceparent });
}

/**
 * Bodies come as text and are parsed once, by the format they are in. What is no UTF-8 is refused: it would be stored
 * with its wrong bytes replaced, and so be another event than the one that was sent.
 */
function acceptText(scope: App, bodies: Bodies): void {
  scope.removeAllContentTypeParsers();
  const types = Object.values(eventMediaTypes).flat();
  bodies.accept(scope, types, (_request, body, done) => {
    if (isUtf8(body)) return done(null, body.toString('utf8'));
    return done(new InvalidRequest(notUtf8));
  });
}

const notUtf8: Problem = {
  code: 'malformed_body',
  detail: 'The body is not UTF-8.',
  remedy: 'Send the text in UTF-8.',
};
