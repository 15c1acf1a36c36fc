/**
 * CloudEvents 1.0.2: what the dialect says and what can be chosen. The options' schema, the forms and the reference
 * page come from here.
 */
import { type Static, Type } from 'typebox';

export const modes = ['structured', 'binary', 'batch'] as const;

export const OptionsSchema = Type.Object(
  {
    mode: Type.Optional(
      Type.Enum(modes, {
        default: 'structured',
        description:
          'structured: one event per request, attributes and data in one JSON document. binary: one event per request, attributes as ce-* headers, data as the body. batch: a JSON array of several events per request.',
      }),
    ),
    maxBatch: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Most events per request in batch mode.' }),
    ),
    typePrefix: Type.Optional(
      Type.String({
        maxLength: 128,
        pattern: '^[\\x21-\\x7e]*$',
        default: 'offhook.',
        description: 'Stands before the event type: "offhook." gives offhook.leg.answered, "" gives leg.answered.',
      }),
    ),
    sourcePrefix: Type.Optional(
      Type.String({
        maxLength: 256,
        pattern: "^[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*$",
        default: '',
        description: 'Stands before the path in source, such as https://pbx.example to make it an absolute URI.',
      }),
    ),
    schemaPrefix: Type.Optional(
      Type.String({
        maxLength: 256,
        pattern: "^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*$",
        description: 'When given, dataschema is this followed by the event type. Without it there is no dataschema.',
      }),
    ),
    extras: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Adds the attributes domain, reseller, phoneuser and phoneextension, to route by without reading data.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type CloudEventsOptions = Static<typeof OptionsSchema>;

export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly always: boolean;
}

/** In the order they are written. */
export const attributes: readonly Attribute[] = [
  { name: 'specversion', description: 'Always "1.0".', always: true },
  { name: 'id', description: 'The event id; unique within its source.', always: true },
  { name: 'source', description: '/domains/{domain}/connectors/{connector}, after sourcePrefix.', always: true },
  { name: 'type', description: 'The event type, after typePrefix.', always: true },
  { name: 'time', description: 'When it happened.', always: true },
  { name: 'subject', description: 'The call id; absent where the event is about no call.', always: false },
  {
    name: 'datacontenttype',
    description: 'application/json. In binary mode the Content-Type header says it.',
    always: true,
  },
  { name: 'dataschema', description: 'Only with schemaPrefix.', always: false },
  {
    name: 'sequence',
    description: 'Place in the log, 16 digits with leading zeros, so that text order is event order.',
    always: true,
  },
  { name: 'partitionkey', description: 'The call id: events with the same one stay in order.', always: false },
  { name: 'domain', description: 'Only with extras.', always: false },
  { name: 'reseller', description: 'Only with extras.', always: false },
  { name: 'phoneuser', description: 'Only with extras, where the event has a user.', always: false },
  { name: 'phoneextension', description: 'Only with extras, where the event has an extension.', always: false },
];

export const contentTypes = {
  structured: 'application/cloudevents+json; charset=utf-8',
  batch: 'application/cloudevents-batch+json; charset=utf-8',
  data: 'application/json',
} as const;
