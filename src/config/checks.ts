/** What no single key can tell: settings that must fit each other, and the machine. */
import { formatDuration } from '../kit/duration.ts';
import { checkFiles } from './file-checks.ts';
import type { ConfigProblem } from './place.ts';
import type { Raw } from './raw.ts';
import { placeOf } from './read.ts';
import { registrationProblems } from './registration-checks.ts';
import type { Config } from './schema.ts';

export function checkTogether(config: Config, raw: Raw | null): ConfigProblem[] {
  return [
    ...tlsIsWhole(config, raw),
    ...largestBodyHasRoom(config, raw),
    ...idsAreKeptShorter(config, raw),
    ...connectorIdsAreUnique(config, raw),
    ...noConnectorIsReserved(config, raw),
    ...commandsHaveContext(config, raw),
    ...registrationsAreWhole(config, raw),
    ...checkFiles(config, raw),
  ];
}

function tlsIsWhole(config: Config, raw: Raw | null): ConfigProblem[] {
  const { cert, key } = config.server.tls;
  if ((cert === null) === (key === null)) return [];
  const given = cert === null ? 'key' : 'cert';
  const missing = cert === null ? 'cert' : 'key';
  return [
    {
      place: placeOf(raw, ['server', 'tls', given]),
      key: `server.tls.${missing}`,
      message: `is missing beside server.tls.${given}`,
      remedy: 'give both for HTTPS, or neither',
    },
  ];
}

/** What a body may have alone, where nothing else is under way: see `api/bodies/budget.ts`. */
const bodiesAtLeast = 3;

function largestBodyHasRoom(config: Config, raw: Raw | null): ConfigProblem[] {
  const { maxBodyBytes, bodyMemoryBytes } = config.server;
  const least = maxBodyBytes * bodiesAtLeast;
  if (bodyMemoryBytes >= least) return [];
  return [
    {
      place: placeOf(raw, ['server', 'bodyMemoryBytes']) ?? placeOf(raw, ['server', 'maxBodyBytes']),
      key: 'server.bodyMemoryBytes',
      message: `${bodyMemoryBytes} bytes leave no room for a body of server.maxBodyBytes, ${maxBodyBytes}`,
      remedy: `make it at least ${least}, or lower server.maxBodyBytes`,
    },
  ];
}

function idsAreKeptShorter(config: Config, raw: Raw | null): ConfigProblem[] {
  const { ids, events } = config.retention;
  if (ids <= events) return [];
  return [
    {
      place: placeOf(raw, ['retention', 'ids']) ?? placeOf(raw, ['retention', 'events']),
      key: 'retention.ids',
      message: `${formatDuration(ids)} is longer than events are kept`,
      remedy: `make it at most retention.events, ${formatDuration(events)}`,
    },
  ];
}

/** Events that come over HTTP carry this connector: another of that name could take their ids, and they its own. */
const reservedId = 'api';

function noConnectorIsReserved(config: Config, raw: Raw | null): ConfigProblem[] {
  return config.connectors.flatMap(({ id }, index) =>
    id === reservedId
      ? [
          {
            place: placeOf(raw, ['connectors', String(index), 'id']),
            key: `connectors[${index}].id`,
            message: `"${reservedId}" is the connector of events that come over HTTP`,
            remedy: 'give it another id, such as pbx1',
          },
        ]
      : [],
  );
}

/** Without it the rest would be without effect, which nobody who wrote it can want. */
function commandsHaveContext(config: Config, raw: Raw | null): ConfigProblem[] {
  return config.connectors.flatMap((connector, index) => {
    if (connector.kind !== 'asterisk') return [];
    const { context, channel, outside, prefixes, notEmergency, callerId } = connector.commands;
    const wanted = channel ?? outside ?? callerId ?? prefixes[0] ?? notEmergency[0];
    if (context !== null || wanted === undefined || wanted === null) return [];
    return [
      {
        place: placeOf(raw, ['connectors', String(index), 'commands']),
        key: `connectors[${index}].commands.context`,
        message: 'is missing beside the other keys of commands',
        remedy: 'name the dialplan context in which numbers are dialled, or leave commands out',
      },
    ];
  });
}

function registrationsAreWhole(config: Config, raw: Raw | null): ConfigProblem[] {
  return config.connectors.flatMap((connector, index) =>
    registrationProblems(connector).map(({ key, message, remedy }) => ({
      place:
        placeOf(raw, ['connectors', String(index), ...key.split('.')]) ?? placeOf(raw, ['connectors', String(index)]),
      key: `connectors[${index}].${key}`,
      message,
      remedy,
    })),
  );
}

function connectorIdsAreUnique(config: Config, raw: Raw | null): ConfigProblem[] {
  const seen = new Set<string>();
  return config.connectors.flatMap(({ id }, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [
      {
        place: placeOf(raw, ['connectors', String(index), 'id']),
        key: `connectors[${index}].id`,
        message: `${JSON.stringify(id)} is the id of another connector too`,
        remedy: 'give each connector its own id',
      },
    ];
  });
}
