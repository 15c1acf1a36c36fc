import {
  bytes,
  decimal,
  duration,
  host,
  listOf,
  oneOf,
  orNull,
  regularExpression,
  text,
  webUrl,
  whole,
  yesNo,
} from './kinds.ts';
import { group, setting, variants } from './nodes.ts';

const name = text({ maxLength: 128 });
/** Where the number goes in, between what can't be mistaken for anything else. */
const channelTemplate = (place: string) =>
  text({
    maxLength: 256,
    pattern: new RegExp(`^(?!Local/)[A-Za-z0-9]+/[A-Za-z0-9@:._/-]*\\{${place}\\}[A-Za-z0-9@:._/-]*$`, 'i'),
    expects: `a device’s channel with {${place}} in it, such as PJSIP/{${place}}; not Local/, which does not say how its call went: name the phone or the line behind it`,
  });
const country = text({ pattern: /^[A-Z]{2}$/, expects: 'a country as two capital letters, such as US' });

const identity = {
  id: setting(
    text({ maxLength: 64, pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/, expects: 'a name of letters, digits, _, . and -' }),
    {
      description:
        'Names this connector in events, logs and metrics. Unique, not `api` (which events over HTTP carry), and never changed later: event ids and calls in progress hang on it.',
    },
  ),
  domain: setting(orNull(name), {
    default: null,
    description: 'Domain its calls belong to; null takes `defaults.domain`.',
  }),
  reseller: setting(name, { default: 'default', description: 'Reseller its calls belong to.' }),
};

/** What every connector that listens has. */
const common = {
  ...identity,
  country: setting(orNull(country), {
    default: null,
    description: 'Country that national phone numbers are read in; null takes `defaults.country`.',
  }),
  extensions: setting(regularExpression, {
    default: '^[0-9]{2,6}$',
    description: 'Which numbers are extensions of this phone system (a regular expression).',
  }),
};

const secretText = text({ maxLength: 4096 });

/** What connectors have that register us with a phone system somewhere else, instead of listening to it. */
const registered = {
  ...identity,
  url: setting(webUrl, {
    description: 'Base URL of the phone system’s management API, without the part that is the same for all.',
  }),
  auth: group('How to log in: OAuth 2.0, client credentials. Or give `token` instead.', {
    clientId: setting(orNull(text({ maxLength: 256 })), { default: null, description: 'Id of the client.' }),
    clientSecret: setting(orNull(secretText), { default: null, description: 'Its secret.', secret: true }),
    tokenUrl: setting(orNull(webUrl), {
      default: null,
      description:
        'Where tokens are to be had; null: where the vendor has it behind `url` (`/oauth/token`; VoipNow: `/oauth/token.php`).',
    }),
  }),
  token: setting(orNull(secretText), {
    default: null,
    description: 'A token that does not end, in place of `auth`.',
    secret: true,
  }),
  publicUrl: setting(webUrl, {
    description:
      'Where the phone system reaches this Offhook, such as `https://hub.example`: what it sends goes to `/in/…` there. HTTPS, unless it is on this machine.',
  }),
  answer: setting(yesNo, {
    default: true,
    description:
      'Whether answers are registered too. Without them a leg counts as answered when its hang-up says so, and one event (VoipNow: two) less is used of those an extension may have.',
  }),
  withdraw: setting(yesNo, {
    default: false,
    description:
      'Takes back all that it has registered there, and registers nothing: to be set before the connector is taken out of the configuration.',
  }),
};

export const connectorSchema = variants('Phone systems to listen to.', {
  asterisk: group('An Asterisk (or a system built on it) through its manager interface, AMI.', {
    ...common,
    host: setting(host, { description: 'Where AMI listens.' }),
    port: setting(whole(1, 65535), { default: 5038, description: 'Port of AMI; with TLS usually 5039.' }),
    username: setting(name, { description: 'The manager user, as in `manager.conf`.' }),
    secret: setting(text(), { description: 'Its password.', secret: true }),
    auth: setting(oneOf(['md5', 'plain']), {
      default: 'md5',
      description: 'How to log in: by MD5 challenge, so that the password never travels, or plainly.',
    }),
    tls: group('An encrypted connection to AMI.', {
      enabled: setting(yesNo, { default: false, description: 'Whether to connect with TLS.' }),
      ca: setting(orNull(text()), {
        default: null,
        description: 'File (PEM) of the certificate authority to trust instead of the well-known ones.',
      }),
      serverName: setting(orNull(host), {
        default: null,
        description: 'Name the certificate must carry, where it is not `host`.',
      }),
      verify: setting(yesNo, {
        default: true,
        description: 'Whether to refuse a certificate that does not prove who answers.',
      }),
    }),
    trunks: setting(listOf(name), {
      default: [],
      description: 'Channels that lead outside, as `PJSIP/trunk-*`; `*` stands for anything.',
    }),
    ivrContexts: setting(listOf(name), {
      default: [],
      description:
        'Dialplan contexts that are menus: a call answered there talks to a machine, not a person. `*` stands for anything.',
    }),
    recordings: setting(orNull(text()), {
      default: null,
      description:
        'Folder in which this phone system’s recordings lie, or a copy of it, such as `/var/spool/asterisk/monitor`: from there GET /v1/recordings serves them. Null: they are named, and not served.',
    }),
    commands: group('What Offhook may have this phone system do. Off until `context` is given.', {
      context: setting(
        orNull(text({ maxLength: 79, pattern: /^[A-Za-z0-9_.-]+$/, expects: 'a name of letters, digits, _, . and -' })),
        {
          default: null,
          description:
            'Dialplan context in which numbers are dialled for calls that software begins or sends on. Null: no commands.',
        },
      ),
      channel: setting(orNull(channelTemplate('extension')), {
        default: null,
        description: 'Channel by which an extension is called, as `PJSIP/{extension}`. Null: none can be called first.',
      }),
      outside: setting(orNull(channelTemplate('number')), {
        default: null,
        description:
          'Channel by which a number outside is called, as `PJSIP/{number}@trunk-1`. Null: none can be called first.',
      }),
      prefixes: setting(
        listOf(text({ maxLength: 32, pattern: /^\+?[0-9]*$/, expects: 'digits, perhaps with a + before them' }), 100),
        {
          default: [],
          description:
            'How numbers outside may begin, compared as they will be dialled. None: there is no way outside. `0` and the like open the way to all that begins so.',
        },
      ),
      notEmergency: setting(
        listOf(text({ maxLength: 32, pattern: /^[0-9]+$/, expects: 'an extension, digits alone' }), 100),
        {
          default: [],
          description:
            'Extensions of your own that look like an emergency number (`112`), or like a way to one (`9911`), and that software may call all the same.',
        },
      ),
      callerId: setting(orNull(text({ maxLength: 32, pattern: /^\+?[0-9]+$/, expects: 'a number' })), {
        default: null,
        description: 'Number shown to somebody outside who is called first; null: the extension’s.',
      }),
      perMinute: setting(whole(1, 6_000), {
        default: 60,
        description: 'Calls that software may begin in a minute; ten seconds’ worth may come at once.',
      }),
    }),
    maxBufferedBytes: setting(bytes(1e6), {
      default: 64_000_000,
      description: 'Events kept in memory while the log refuses; past it the connection is closed until it takes them.',
    }),
    pingEvery: setting(duration('1s', '10m'), {
      default: 15_000,
      description: 'How often the connection is proven alive.',
    }),
  }),
  voipnow: group('A VoipNow elsewhere, that is to notify this Offhook: registrations there are kept in step.', {
    ...registered,
  }),
  ringme: group('A Ringme or Telphin that is to notify this Offhook: registrations there are kept in step.', {
    ...registered,
    agents: setting(listOf(text({ maxLength: 64 })), {
      default: [],
      description: 'Numbers of the extensions on which agents of queues take calls: their log-ins are registered.',
    }),
  }),
  simulator: group('A phone system that does not exist: believable calls of a small company, for trying Offhook.', {
    ...common,
    ratePerMinute: setting(decimal(0, 60_000), { default: 20, description: 'Calls begun per minute.' }),
    seed: setting(whole(0, 2 ** 32 - 1), { default: 1, description: 'The same seed plays the same calls.' }),
    speed: setting(decimal(0.01, 1000), {
      default: 1,
      description: 'How much faster than life calls pass: at 10 a minute of talk takes six seconds.',
    }),
  }),
});
