import { Type } from 'typebox';
import { createEventAccepter } from '../../model/ingest/accept.ts';
import { createNumberReader, rulesFor } from '../../model/numbers/index.ts';
import { accessOf } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import type { ApiMetrics } from '../metrics/api-metrics.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { createAdmission, usualAdmission } from './admission.ts';
import { ingest } from './ingest.ts';
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

const route = described({
  summary: 'Send events',
  description:
    'Answers 202 once all of them are on stable storage. Where one of several is not right, none is stored. An id known within `retention.ids` gets the same answer again.',
  tag: 'events',
  bodies: {
    'application/json': oneOrMany,
    'application/x-ndjson': Type.String({ description: 'One event a line.' }),
    'application/cloudevents+json': Type.Object({}, { additionalProperties: true }),
    'application/cloudevents-batch+json': Type.Array(Type.Object({}, { additionalProperties: true })),
  },
  answers: {
    202: {
      description: 'All are durable, in this order.',
      schema: Type.Object({ accepted: Type.Array(Type.Object({ id: Type.String(), seq: Type.Integer() })) }),
    },
  },
});

export function ingestRoute(app: App, deps: ApiDeps, metrics: ApiMetrics): void {
  const { clock, log, defaults } = deps;
  const parts = {
    log,
    accept: createEventAccepter(),
    admission: createAdmission(usualAdmission),
    numbers: createNumberReader(rulesFor(defaults.country)),
    defaults,
  };
  void app.register(async (scope) => {
    acceptText(scope);
    scope.post<{ Body: string }>('/v1/events', route, async (request, reply) => {
      const text = request.body ?? '';
      const contentType = request.headers['content-type'] ?? '';
      const read = readEventBody({ contentType, headers: request.headers, text });
      const access = accessOf(request);
      const bytes = Buffer.byteLength(text);
      const result = 'problem' in read ? read : await ingest(parts, { ...read, access, bytes, nowMs: clock.now() });
      if ('problem' in result) {
        metrics.eventsRefused(result.problem.code);
        return sendProblem(reply, result.problem);
      }
      metrics.eventsAccepted(result.accepted.length, result.duplicates);
      return reply
        .code(202)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ accepted: result.accepted }));
    });
  });
}

/** Bodies come as text and are parsed once, by the format they are in. */
function acceptText(scope: App): void {
  scope.removeAllContentTypeParsers();
  const types = Object.values(eventMediaTypes).flat();
  scope.addContentTypeParser([...types], { parseAs: 'string' }, (_request, body, done) => done(null, body));
}
