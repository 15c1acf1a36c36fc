/**
 * Every error the API answers with: code, HTTP status, what it means and what to do. Codes are stable; programs go by
 * them. `docs/reference/errors.md` is made from this table.
 */
interface CatalogEntry {
  readonly status: number;
  readonly title: string;
  /** What usually helps; an answer may carry a more exact one. */
  readonly remedy: string;
  /**
   * The same request may do its work later, as it stands: an answer for now, which no Idempotency-Key keeps. So is what
   * blames the server or the moment, and what is gone once something has ended, was removed, was made or was granted.
   */
  readonly passes?: true;
}

export const problemCatalog = {
  malformed_body: {
    status: 400,
    title: 'The body can’t be read',
    remedy: 'Send valid JSON (or NDJSON, one JSON object a line) in UTF-8 with the matching Content-Type.',
  },
  malformed_request: {
    status: 400,
    title: 'This is no HTTP request',
    remedy: 'Check what is sent: the server understands HTTP/1.1.',
  },
  body_missing: {
    status: 400,
    title: 'There is no body',
    remedy: 'Send a JSON body with Content-Type: application/json.',
  },
  invalid_field: {
    status: 400,
    title: 'A field is not right',
    remedy: 'Correct the field that is named; the reference lists what each one may hold.',
  },
  unknown_field: {
    status: 400,
    title: 'There is no such field',
    remedy: 'Check the spelling or leave the field out; nothing is ignored in silence.',
  },
  invalid_event: {
    status: 400,
    title: 'An event is not right; nothing was stored',
    remedy: 'Correct the field of the event that is named by its index, and send all again.',
  },
  invalid_subscription: {
    status: 400,
    title: 'The subscription is not right; nothing was changed',
    remedy: 'Correct the field that is named.',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key is not right',
    remedy: 'Use 1 to 255 printable ASCII characters, such as a UUID.',
  },
  token_missing: {
    status: 401,
    title: 'A token is needed',
    remedy:
      'Send Authorization: Bearer TOKEN; the administrator’s was printed once at the first start, POST /v1/tokens makes others.',
  },
  token_wrong: {
    status: 401,
    title: 'The token is not right',
    remedy:
      'Use a token that was made here and not revoked; OFFHOOK_ADMIN_TOKEN sets a new one of the administrator’s at the next start.',
  },
  token_expired: {
    status: 401,
    title: 'The token is no longer valid',
    remedy: 'Have a new one made, or rotate one that is still valid: POST /v1/tokens.',
  },
  forbidden: {
    status: 403,
    title: 'Not from there',
    remedy: 'Ask from the server itself, or send a superuser’s token.',
  },
  kind_not_allowed: {
    status: 403,
    title: 'Not with this kind of token',
    remedy: 'Use a token of a higher kind; the security guide has a table of who may do what.',
  },
  outside_scope: {
    status: 403,
    title: 'This is outside what the token covers',
    remedy: 'Name what the token covers, or use a token that covers more.',
    passes: true,
  },
  number_not_allowed: {
    status: 403,
    title: 'Software may not have this number called',
    remedy: 'The phone system’s `commands.prefixes` in the configuration say how numbers outside may begin.',
    passes: true,
  },
  route_not_found: { status: 404, title: 'There is nothing at this path', remedy: 'See /docs for all paths.' },
  event_not_found: {
    status: 404,
    title: 'There is no such event',
    remedy: 'Check the id; events are kept for retention.events.',
    passes: true,
  },
  subscription_not_found: {
    status: 404,
    title: 'There is no such subscription',
    remedy: 'Check the id, which is not its number; GET /v1/subscriptions lists all of them.',
    passes: true,
  },
  endpoint_not_found: {
    status: 404,
    title: 'There is no such endpoint',
    remedy: 'Check the number; GET /v1/endpoints lists all of them.',
    passes: true,
  },
  delivery_not_found: {
    status: 404,
    title: 'There is no such delivery',
    remedy: 'A delivery is SUBSCRIPTION-SEQUENCE, as in 3-1042; attempts are kept for retention.attempts.',
    passes: true,
  },
  replay_not_found: {
    status: 404,
    title: 'There is no such replay',
    remedy: 'Check the number; ended replays are forgotten with their attempts. GET /v1/replays lists those there are.',
    passes: true,
  },
  erasure_not_found: {
    status: 404,
    title: 'There is no such erasure',
    remedy: 'Check the number; GET /v1/erasures lists those there are. They are forgotten with the audit.',
    passes: true,
  },
  call_not_found: {
    status: 404,
    title: 'There is no such call',
    remedy: 'Calls are kept for `retention.calls`; GET /v1/calls finds them by number, extension, outcome and time.',
    passes: true,
  },
  recording_not_found: {
    status: 404,
    title: 'There is no such recording',
    remedy:
      'A call’s `recordings` name those it has; their files lie where `connectors[].recordings` says, for as long as the phone system keeps them.',
    passes: true,
  },
  recording_not_offered: {
    status: 404,
    title: 'The call’s phone system hands out no recordings',
    remedy:
      'No way is documented to fetch a recording from this kind of phone system: look for it in its own pages, by the time and the numbers of the call.',
    passes: true,
  },
  connector_not_found: {
    status: 404,
    title: 'There is no such phone system',
    remedy: 'Check the name; GET /v1/connectors lists all of them.',
    passes: true,
  },
  inbox_not_found: {
    status: 404,
    title: 'There is no such inbox',
    remedy: 'An inbox comes into being with a subscription whose URL is inbox:TOKEN.',
    passes: true,
  },
  token_not_found: {
    status: 404,
    title: 'There is no such token',
    remedy: 'Check the id; GET /v1/tokens lists all of them.',
    passes: true,
  },
  domain_not_found: {
    status: 404,
    title: 'There is no such domain',
    remedy: 'Check the name; GET /v1/domains lists all of them.',
    passes: true,
  },
  extension_not_found: {
    status: 404,
    title: 'There is no such extension',
    remedy: 'Check the id, which is not its number; GET /v1/extensions lists all of them.',
    passes: true,
  },
  source_not_found: {
    status: 404,
    title: 'There is no such source',
    remedy: 'Check the id; GET /v1/sources lists those this token may see.',
    passes: true,
  },
  user_not_found: {
    status: 404,
    title: 'There is no such user',
    remedy: 'Check the id, which is not the name; GET /v1/users lists all of them.',
    passes: true,
  },
  method_not_allowed: {
    status: 405,
    title: 'Not with this method',
    remedy: 'Use one of the methods in the Allow header.',
  },
  request_timeout: { status: 408, title: 'The request took too long', remedy: 'Send it again, faster.', passes: true },
  event_id_conflict: {
    status: 409,
    title: 'The id is known with another body',
    remedy:
      'Send the first body again to get its answer, or give the new event an id of its own; the events under `accepted` are stored.',
  },
  already_there: {
    status: 409,
    title: 'There is one already',
    remedy: 'Change the one that is there, or take another name.',
    passes: true,
  },
  still_in_use: {
    status: 409,
    title: 'Things still hang on it',
    remedy: 'Remove them first, or ask with cascade=true to remove them with it.',
    passes: true,
  },
  nothing_registered: {
    status: 409,
    title: 'The connector registers nothing',
    remedy: 'Name a connector of the kind voipnow or ringme; GET /v1/connectors lists them.',
  },
  source_registered: {
    status: 409,
    title: 'A connector has registered the source with its phone system',
    remedy:
      'Change the extensions or their users instead: the connector then takes the event there and the source away.',
    passes: true,
  },
  limit_reached: {
    status: 409,
    title: 'There are as many as there may be',
    remedy: 'Remove those no longer needed.',
    passes: true,
  },
  event_limit_reached: {
    status: 409,
    title: 'The extension has as many events as it may have',
    remedy:
      'Remove subscriptions of the extension that are not used any more, or ask the administrator to raise its eventLimit.',
    passes: true,
  },
  endpoint_shared: {
    status: 409,
    title: 'The endpoint is paused as a whole, and other subscriptions send to it',
    remedy: 'Resume the endpoint, and with it all of them: POST /v1/endpoints/{number}/resume.',
    passes: true,
  },
  nothing_to_replay_to: {
    status: 409,
    title: 'No subscription there is enabled',
    remedy: 'Enable the subscription first: PATCH it with {"enabled": true}.',
    passes: true,
  },
  replay_running: {
    status: 409,
    title: 'A replay for this subscription is under way',
    remedy: 'Wait for its end or cancel it: POST /v1/replays/NUMBER/cancel.',
    passes: true,
  },
  replay_ended: {
    status: 409,
    title: 'The replay has ended already',
    remedy: 'Nothing is left to cancel.',
  },
  delivery_delivered: {
    status: 409,
    title: 'The delivery was delivered',
    remedy: 'To send the event once more, make a replay.',
  },
  delivery_behind: {
    status: 409,
    title: 'The delivery waits behind another of the same call',
    remedy: 'Retry the one that is named by `behind`; this one follows it.',
    passes: true,
  },
  delivery_not_retryable: {
    status: 409,
    title: 'The delivery can’t be tried again',
    remedy: 'Do what `detail` asks for first.',
    passes: true,
  },
  commands_off: {
    status: 409,
    title: 'This phone system is only listened to',
    remedy: 'Its `commands` in the configuration say what it may be asked to do; the guide to Asterisk shows how.',
    passes: true,
  },
  call_over: {
    status: 409,
    title: 'The call has ended',
    remedy: 'Nothing is left to do; GET /v1/calls/ID says how it went.',
  },
  call_not_ready: {
    status: 409,
    title: 'The call is not where this can be done',
    remedy: 'Wait until somebody talks in it; its events and GET /v1/calls/ID say how it stands.',
    passes: true,
  },
  idempotency_key_reused: {
    status: 409,
    title: 'The Idempotency-Key was used for another request',
    remedy: 'Use a new key for a new request.',
  },
  idempotency_key_in_use: {
    status: 409,
    title: 'A request with this Idempotency-Key is under way',
    remedy: 'Wait for its answer, then send the request again to get the same one.',
    passes: true,
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send less at a time; server.maxBodyBytes sets the limit, which is 256 kB for an inbox.',
  },
  event_too_large: {
    status: 413,
    title: 'An event is over 256 kB',
    remedy: 'Move bulky data elsewhere and send a link to it.',
  },
  batch_too_large: {
    status: 413,
    title: 'Too many events in one request',
    remedy: 'Send at most 10,000 events at a time.',
  },
  media_type_unsupported: {
    status: 415,
    title: 'This Content-Type is not understood here',
    remedy: 'Send application/json; events also as application/x-ndjson or application/cloudevents+json.',
  },
  too_many_retries: {
    status: 429,
    title: 'Too many retries wait already',
    remedy: 'Send again after Retry-After seconds.',
    passes: true,
  },
  too_many_orders: {
    status: 429,
    title: 'As many calls were ordered from this phone system as may be',
    remedy: 'Send again after Retry-After seconds; its `commands.perMinute` in the configuration is the limit.',
    passes: true,
  },
  too_many_guesses: {
    status: 429,
    title: 'Too many requests with a wrong token',
    remedy: 'Send with the right one; others are looked at again after Retry-After seconds.',
    passes: true,
  },
  too_many_tests: {
    status: 429,
    title: 'Too many tests',
    remedy: 'Send again after Retry-After seconds.',
    passes: true,
  },
  too_much_rendering: {
    status: 429,
    title: 'Looking at slow templates has used up the time there is for it',
    remedy: 'Ask again after Retry-After seconds; a template that does less takes less of it.',
    passes: true,
  },
  headers_too_large: { status: 431, title: 'The headers are too large', remedy: 'Send fewer or shorter headers.' },
  internal: {
    status: 500,
    title: 'Something went wrong in Offhook',
    remedy: 'Report it with the request id; the server’s log has the rest.',
    passes: true,
  },
  phone_system_refused: {
    status: 502,
    title: 'The phone system said no',
    remedy: 'Its own words are in `detail`; where it is about rights, `offhook doctor` says which are missing.',
    passes: true,
  },
  recording_refused: {
    status: 502,
    title: 'The phone system did not give the recording',
    remedy:
      'What it did is in `detail`. The connector’s credentials have to be allowed to fetch recordings there, and where it keeps them has to be an address that Offhook may call; the server’s log says more.',
    passes: true,
  },
  log_full: {
    status: 503,
    title: 'The log takes no more events for now',
    remedy: 'Send again after Retry-After seconds; free the disk or raise retention.maxBytes.',
    passes: true,
  },
  phone_system_down: {
    status: 503,
    title: 'The phone system is not connected',
    remedy: 'Send again after Retry-After seconds; GET /v1/connectors says since when, and why.',
    passes: true,
  },
  recording_unavailable: {
    status: 503,
    title: 'The phone system that has the recording does not give it now',
    remedy: 'Ask again after Retry-After seconds; GET /v1/connectors says how the phone system is.',
    passes: true,
  },
  overloaded: {
    status: 503,
    title: 'The server has more under way at this moment than it takes',
    remedy: 'Send again after Retry-After seconds.',
    passes: true,
  },
  too_many_dry_runs: {
    status: 503,
    title: 'Too many dry runs wait already',
    remedy: 'Ask again after Retry-After seconds.',
    passes: true,
  },
  too_many_streams: {
    status: 503,
    title: 'Too many clients read the stream',
    remedy: 'Close some, or raise server.maxStreams.',
    passes: true,
  },
  stopping: {
    status: 503,
    title: 'The server is stopping',
    remedy: 'Send again after Retry-After seconds.',
    passes: true,
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;

export type ProblemCode = keyof typeof problemCatalog;

export function passes(code: ProblemCode): boolean {
  const entry: CatalogEntry = problemCatalog[code];
  return entry.passes ?? false;
}
