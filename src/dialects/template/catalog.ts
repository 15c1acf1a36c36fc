/**
 * Templates: what is sent is written by the subscription itself, in Liquid. The options' schema, the forms and the
 * reference page come from here, and so do the limits: anybody with a token may write a template.
 */
import { type Static, Type } from 'typebox';

export const templateLimits = {
  /** Code units of a template. */
  url: 2048,
  header: 2048,
  body: 16_384,
  headers: 20,
  /** Bytes of what a template gives. */
  renderedUrl: 8192,
  renderedHeader: 4096,
  renderedBody: 1_048_576,
  /** Filters of one output, or of one value that is assigned. */
  filters: 50,
  /** Parts (texts, outputs, tags, turns of a loop) that the templates of one request may come by together. */
  steps: 5_000,
  /** Characters and list elements that they may make or compare together; each filter counts as one more. */
  memory: 1_000_000,
  /** Milliseconds of processor time for all of them, for what neither of the two counts. */
  processorMs: 100,
} as const;

export const methods = ['POST', 'PUT', 'PATCH', 'GET'] as const;

export const OptionsSchema = Type.Object(
  {
    method: Type.Optional(Type.Enum(methods, { description: 'By default the endpoint’s. GET has no body.' })),
    url: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: templateLimits.url,
        description:
          'Template of the URL, by default endpoint.url as it is. It begins with the origin of endpoint.url, or with "/". Values are percent-encoded.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: templateLimits.header }), {
        maxProperties: templateLimits.headers,
        description: 'Name, and template of the value. A header whose value comes out empty is left out.',
      }),
    ),
    body: Type.Optional(
      Type.String({
        maxLength: templateLimits.body,
        default: '{{ event | json }}',
        description: 'Template of the body. Values are quoted as contentType needs it.',
      }),
    ),
    contentType: Type.Optional(
      Type.String({
        maxLength: 128,
        pattern:
          '^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?: *; *[A-Za-z0-9!#$&^_.+-]+="?[A-Za-z0-9!#$&^_.+-]+"?)*$',
        default: 'application/json; charset=utf-8',
        description:
          'Of the body. JSON is quoted for strings and has to come out as JSON; application/x-www-form-urlencoded is form-encoded; XML and HTML are escaped; others are left as they are.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TemplateOptions = Static<typeof OptionsSchema>;
