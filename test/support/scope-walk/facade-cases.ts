/** How one would get at somebody else's things through the vendors' APIs. */
import type { Attack, AttacksOf } from './cases.ts';
import type { Belongings, Holder } from './world.ts';

const denied = 'denied' as const;
/** The vendor's answer to what is not there. */
const invalid = [400] as const;

/**
 * Paths to the other's extension: by its user, and by its number where the asker has none of the same number, which would
 * be meant then.
 */
function extensionPaths({ user, userId, extension, domain }: Belongings, asker: Holder): string[] {
  const isOwn = asker.kind === 'domain' && extension === '900' && asker.domain !== domain;
  const named = [`/uapi/extensions/${userId}/${extension}`, `/uapi/extensions/@me/0003*${extension}`];
  const byNumber = [`/uapi/extensions/@me/${extension}`, `/uapi/extensions/@owner/${extension}`];
  return [...named, ...(isOwn ? [] : byNumber), `/uapi/extensions/${user}/${extension}`];
}

const event = { type: '0', method: '1', url: 'inbox:intruder', status: '1', note: 'intruder' };

function unified(what: (path: string, other: Belongings) => readonly Omit<Attack, 'expect'>[]): AttacksOf {
  return (other, asker) =>
    extensionPaths(other, asker).flatMap((path) =>
      what(`${path}/phoneCallEvents`, other).map((attack) => ({ ...attack, expect: invalid })),
    );
}

const ringme = { url: 'inbox:intruder', method: 'POST', event_type: 'dial-in' };
const api = '/api/ver1.0';

/** By the id of the other's extension, and their event under one's own. */
function events(resource: 'extension' | 'agent', event_type: string): Record<string, AttacksOf> {
  const path = `${api}/${resource}/:extension/event`;
  const of = (id: number): string => `${api}/${resource}/${id}/event`;
  const one: AttacksOf = ({ extensionId, subscriptionNumber }, _asker, own) =>
    [extensionId, ...(own ? [own.extensionId] : [])].map((id) => ({
      ...{ url: `${of(id)}/${subscriptionNumber}`, expect: denied },
    }));
  const all: AttacksOf = ({ extensionId }) => [{ url: of(extensionId), expect: denied }];
  return {
    [`GET ${path}`]: all,
    [`DELETE ${path}`]: all,
    [`GET ${path}/:event`]: one,
    [`DELETE ${path}/:event`]: one,
    [`POST ${path}`]: ({ extensionId }) => [
      { url: of(extensionId), body: { ...ringme, event_type }, expect: denied },
      { url: `${of(extensionId)}/`, body: {}, expect: denied },
    ],
  };
}

const client = `${api}/client`;

/** The other's domain is not a user's, nor another domain's, to name; who may name it sees what they may see at `/v1`. */
function isNamed(asker: Holder, { domain, reseller }: Belongings): boolean {
  return asker.domain === domain || (asker.domain === '*' && asker.reseller === reseller);
}

const clientAttack =
  (path: string, body?: object): AttacksOf =>
  (other, asker) => {
    if (isNamed(asker, other)) return [];
    const url = `${client}/${other.domainId}${path}`;
    return [{ url, expect: denied, ...(body && { body }) }];
  };
const record =
  (path = ''): AttacksOf =>
  ({ recordingId, domainId }) =>
    ['@me', domainId].map((id) => ({ url: `${client}/${id}/record/${recordingId}${path}`, expect: denied }));

/** The other's token by its id, which is no secret, with the asker's own text. */
const stolenLogin =
  (url: string): AttacksOf =>
  ({ tokenId }, { token }) => {
    const body = { grant_type: 'client_credentials', client_id: tokenId, client_secret: token };
    return [{ url, body, expect: [401, 429] }];
  };

export const facadeAttacks: Readonly<Record<string, AttacksOf>> = {
  'GET /uapi/extensions/:user/:extension/phoneCallEvents': unified((path) => [{ url: path }]),
  'GET /uapi/extensions/:user/:extension/phoneCallEvents/:type': unified((path) => [{ url: `${path}/0` }]),
  'GET /uapi/extensions/:user/:extension/phoneCallEvents/:type/:id': unified((path, { subscriptionId }) => [
    { url: `${path}/0/${subscriptionId}` },
  ]),
  'POST /uapi/extensions/:user/:extension/phoneCallEvents': unified((path) => [{ url: path, body: event }]),
  'POST /uapi/extensions/:user/:extension/phoneCallEvents/:type': unified((path) => [
    { url: `${path}/0`, body: event },
  ]),
  'PUT /uapi/extensions/:user/:extension/phoneCallEvents/:type': unified((path, { subscriptionId }) => [
    { url: `${path}/${subscriptionId}`, body: { note: 'intruder' } },
  ]),
  'PUT /uapi/extensions/:user/:extension/phoneCallEvents/:type/:id': unified((path, { subscriptionId }) => [
    { url: `${path}/0/${subscriptionId}`, body: { note: 'intruder' } },
  ]),
  'DELETE /uapi/extensions/:user/:extension/phoneCallEvents': unified((path) => [{ url: path }]),
  'DELETE /uapi/extensions/:user/:extension/phoneCallEvents/:type': unified((path, { subscriptionId }) => [
    { url: `${path}/0` },
    { url: `${path}/${subscriptionId}` },
  ]),
  'DELETE /uapi/extensions/:user/:extension/phoneCallEvents/:type/:id': unified((path, { subscriptionId }) => [
    { url: `${path}/0/${subscriptionId}` },
  ]),

  ...events('extension', 'dial-in'),
  ...events('agent', 'agent-login'),
  [`GET ${client}/:client/phone_events`]: clientAttack('/phone_events'),
  [`POST ${client}/:client/phone_events`]: clientAttack('/phone_events', ringme),
  [`DELETE ${client}/:client/phone_events`]: clientAttack('/phone_events'),
  [`GET ${client}/:client/phone_events/:event`]: (other, asker) =>
    [...(isNamed(asker, other) ? [] : [other.domainId]), '@me'].map((id) => ({
      ...{ url: `${client}/${id}/phone_events/${other.subscriptionNumber}`, expect: [400, 404] },
    })),
  [`DELETE ${client}/:client/phone_events/:event`]: (other, asker) =>
    [...(isNamed(asker, other) ? [] : [other.domainId]), '@me'].map((id) => ({
      ...{ url: `${client}/${id}/phone_events/${other.subscriptionNumber}`, expect: [400, 404] },
    })),
  [`GET ${client}/:client/extension`]: (other, asker) => [
    ...clientAttack('/extension')(other, asker, null),
    { url: `${client}/@me/extension?per_page=500`, expect: [200, 400] },
  ],
  [`GET ${client}/:client/extension/:extension`]: ({ extensionId, domainId }) =>
    ['@me', domainId].map((id) => ({ url: `${client}/${id}/extension/${extensionId}`, expect: [400, 404] })),
  [`GET ${client}/:client/record/:record`]: record(),
  [`GET ${client}/:client/record/:record/storage_url`]: record('/storage_url'),

  // Open to whoever has a link: no text that is none opens anything.
  'GET /recordings/:id': ({ recordingId, tokenId }, asker) =>
    [asker.token, `og.${tokenId}.zzzzzzz..${'0'.repeat(64)}`].map((grant) => ({
      ...{ url: `/recordings/${recordingId}?grant=${grant}`, expect: [401] },
    })),
  ...Object.fromEntries(['/oauth/token', '/oauth/token.php'].map((url) => [`POST ${url}`, stolenLogin(url)])),
};
