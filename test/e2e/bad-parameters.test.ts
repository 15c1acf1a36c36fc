/**
 * Every parameter of either vendor's posts, at `/in`: missing, doubled, far too long, in the wrong encoding, of no kind it
 * can be. Each is answered clearly, each is counted, nothing is lost that the rest of the post says, and nothing fails.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApp, type TestApp } from '../support/app.ts';

type Fields = Readonly<Record<string, string>>;

const call: Fields = {
  CallID: 'c',
  CallerIDNum: '+12157010680',
  CallerIDName: 'Alice',
  CalledDID: '+13125550101',
  CalledExtension: '0003*101@acme',
  CallerExtension: '0003*102@acme',
  CalledNumber: '0003*101',
  CallStatus: 'ANSWER',
  CallFlow: 'in',
  CallAPIID: 'api-1',
};
const leg: Fields = {
  EventType: 'hangup',
  ...call,
  SubCallID: 's',
  CallerExtensionID: '5102',
  CalledExtensionID: '5101',
  EventTime: '1795255200000123',
  Duration: '2000000',
  RecID: 'rec-1',
  Transfered: 'yes',
  Bridged: 'yes',
  RemoteNumber: '+12025550100',
  CallBackID: 'order-7',
  Diversion: '<sip:102@acme>',
};
const agent: Fields = {
  event_type: 'agent-login',
  agent_id: '5101',
  agent_status: 'available',
  agent_type: 'remote',
  agent_number: '+12025550100',
  extension_name: '0003*101',
  event_source: 'api',
};
const message: Fields = {
  event_type: 'message-out-status',
  extension_name: '0003*101',
  extension_id: '5101',
  src_number: '+13125550101',
  dst_number: '+12157010680',
  did_number: '+13125550101',
  text: 'Hello',
  status: 'sent',
};
const presence: Fields = {
  event_type: 'call-status-change',
  extension_name: '0003*101',
  extension_id: '5101',
  client_id: '7',
  old_status_id: '1',
  new_status_id: '2',
  change_dt: '2026-11-21 10:00:00',
};

/** By the vendor's dialect: the posts of one kind, and what their token is for. */
const kinds: readonly {
  readonly dialect: 'voipnow' | 'ringme';
  readonly event: string | null;
  readonly fields: Fields;
}[] = [
  { dialect: 'voipnow', event: 'hangup', fields: call },
  { dialect: 'voipnow', event: 'dial-in', fields: { ...call, CallStatus: 'CALLING' } },
  { dialect: 'voipnow', event: null, fields: { ...call, CallStatus: 'CALLING', CallFlow: 'OUT' } },
  { dialect: 'ringme', event: null, fields: leg },
  { dialect: 'ringme', event: 'dial-in', fields: { ...leg, EventType: 'dial-in', CallStatus: 'CALLING' } },
  { dialect: 'ringme', event: null, fields: agent },
  { dialect: 'ringme', event: null, fields: message },
  { dialect: 'ringme', event: null, fields: presence },
];

const encode = (fields: Fields): string => new URLSearchParams(fields).toString();
const formType = 'application/x-www-form-urlencoded';
interface Sent {
  readonly type: string;
  readonly body: string | Buffer;
}
const form = (body: string | Buffer): Sent => ({ type: formType, body });
const without = (fields: Fields, name: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
const joined = (fields: Fields, ...more: readonly (string | Buffer)[]): Sent =>
  form(Buffer.concat([Buffer.from(encode(fields)), ...more.map((one) => Buffer.from(one))]));

/** What may be wrong with one parameter. */
const faults: Readonly<Record<string, (fields: Fields, name: string) => Sent>> = {
  missing: (fields, name) => form(encode(without(fields, name))),
  empty: (fields, name) => form(encode({ ...fields, [name]: '' })),
  'doubled, alike': (fields, name) => joined(fields, `&${encode({ [name]: fields[name] as string })}`),
  'doubled, otherwise': (fields, name) => joined(fields, `&${name}=another`),
  'in other letters': (fields, name) =>
    form(encode({ ...without(fields, name), [name.toUpperCase()]: fields[name] as string })),
  'too long, of pairs': (fields, name) => form(encode({ ...fields, [name]: `9${'😀'.repeat(5_000)}` })),
  'half a pair in JSON': (fields, name) => ({
    type: 'application/json',
    body: JSON.stringify({ ...fields, [name]: 'Ann\ud83d' }),
  }),
  'too long': (fields, name) => form(encode({ ...fields, [name]: '9'.repeat(5_000) })),
  'in Windows-1251': (fields, name) =>
    joined(without(fields, name), `&${name}=`, Buffer.from([0xc0, 0xed, 0xed, 0xe0])),
  'half a character': (fields, name) => joined(without(fields, name), `&${name}=`, Buffer.from([0xd0])),
  'cut escape': (fields, name) => joined(without(fields, name), `&${name}=%E0%`),
  'with control characters': (fields, name) => form(encode({ ...fields, [name]: 'a\u0000\u001b[2J\r\nX: y' })),
  'a list in JSON': (fields, name) => ({
    type: 'application/json',
    body: JSON.stringify({ ...fields, [name]: [fields[name], { deep: null }] }),
  }),
  'a number in JSON': (fields, name) => ({
    type: 'application/json',
    body: JSON.stringify({ ...fields, [name]: -1.5e300 }),
  }),
};

/** Faults that are seen for what they are, whatever the parameter is for. */
const seen: Readonly<Record<string, string>> = {
  'doubled, otherwise': 'contradiction',
  'too long': 'cut_line',
  'in Windows-1251': 'not_utf8',
  'half a character': 'not_utf8',
  'cut escape': 'not_utf8',
  'too long, of pairs': 'cut_line',
  'half a pair in JSON': 'not_utf8',
  'a list in JSON': 'unknown_value',
};

interface Posted {
  readonly what: string;
  readonly name: string;
  readonly fault: string;
  readonly call: string | undefined;
  readonly status: number;
  readonly text: string;
}

/** Where these are wrong nobody knows what a post is about: refused, and told which. */
const needed: Readonly<Record<string, string>> = {
  CallID: 'CallID',
  SubCallID: 'SubCallID',
  event_type: 'EventType',
  CallStatus: 'EventType',
};

interface Counts {
  readonly outcomes: number;
  readonly doubts: number;
}
async function counts(app: TestApp): Promise<Counts> {
  const text = await (await app.fetch('/metrics')).text();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  return { outcomes: sum('offhook_reports_total'), doubts: sum('offhook_report_doubts_total') };
}

async function openAcme() {
  const app = await startApp();
  const make = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()) as T;
  };
  await make('/v1/domains', { name: 'acme' });
  for (const number of ['101', '102']) await make('/v1/extensions', { domain: 'acme', number, prefix: '0003' });
  const addresses = new Map<string, string>();
  const addressOf = async (dialect: string, event: string | null): Promise<string> => {
    const key = `${dialect} ${event}`;
    const known = addresses.get(key);
    if (known !== undefined) return known;
    const draft = { dialect, domain: 'acme', extension: '101', ...(event !== null && { event }) };
    const { path } = await make<{ path: string }>('/v1/sources', draft);
    addresses.set(key, path);
    return path;
  };
  return { app, addressOf };
}

/** An id for each post, so that each is of a call of its own. */
function ofItsOwn(fields: Fields, count: number): Fields {
  const ids = { CallID: `c${count}`, SubCallID: `s${count}`, text: `Hello ${count}` };
  return { ...fields, ...Object.fromEntries(Object.entries(ids).filter(([name]) => name in fields)) };
}

async function callsInLog(app: TestApp): Promise<ReadonlySet<string>> {
  const calls = new Set<string>();
  for (let cursor = ''; ; ) {
    const page = (await (await app.fetch(`/v1/events?limit=200${cursor}`)).json()) as {
      items: { call: { id: string } | null }[];
      next: string | null;
    };
    for (const { call: one } of page.items) if (one) calls.add(one.id.split('@')[0] as string);
    if (page.next === null) return calls;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** Whatever was taken can be looked at, and is text. */
async function assertShown(app: TestApp): Promise<void> {
  for (let cursor = ''; ; ) {
    const answer = await app.fetch(`/v1/calls?limit=100${cursor}`);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.doesNotMatch(text, /\\ud[89a-f]/i, 'half a character');
    const { next } = JSON.parse(text) as { next: string | null };
    if (next === null) return;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

function assertClear({ what, name, fault, status, text }: Posted): void {
  if (status === 400) {
    const { code, field, remedy } = JSON.parse(text) as Record<string, string>;
    assert.deepEqual([code, field, typeof remedy], ['invalid_field', needed[name], 'string'], `${what}: ${text}`);
    return;
  }
  assert.equal(status, 200, `${what}: ${text}`);
  assert.match(text, /^ok(;[^\n]*)?$/, what);
  const kind = seen[fault];
  if (kind !== undefined) assert.match(text, new RegExp(`${kind} ${name.toLowerCase()}`), what);
}

test('each parameter of each post, in each way to be wrong', { timeout: 120_000 }, async () => {
  const { app, addressOf } = await openAcme();
  try {
    let count = 0;
    const posted: Posted[] = [];
    for (const { dialect, event, fields } of kinds) {
      const url = new URL(await addressOf(dialect, event), app.url);
      // At once, since a hang-up of which the call is not known waits a second for it.
      const sending = Object.keys(fields).flatMap((name) =>
        Object.entries(faults).map(async ([fault, spoil]): Promise<Posted> => {
          const own = ofItsOwn(fields, ++count);
          const what = `${dialect} ${event} ${fields['EventType'] ?? fields['event_type'] ?? ''}: ${name} ${fault}`;
          const { type, body } = spoil(own, name);
          const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
          return { what, name, fault, call: own['CallID'], status: answer.status, text: await answer.text() };
        }),
      );
      posted.push(...(await Promise.all(sending)));
    }
    for (const one of posted) assertClear(one);
    const known = await callsInLog(app);
    const lost = posted.filter((one) => one.call !== undefined && one.status === 200 && !known.has(one.call));
    for (const { what, name, text } of lost.filter(({ name }) => name !== 'CallID')) {
      assert.match(text, /nothing is made of it: there is no such event/, what);
      assert.equal(name, 'EventType', what);
    }
    await assertShown(app);
    const { outcomes, doubts } = await counts(app);
    assert.equal(outcomes, posted.length, 'each is counted, as what became of it');
    assert.ok(doubts >= posted.filter(({ fault }) => fault in seen).length / 2, String(doubts));
  } finally {
    await app.stop();
  }
});

test('whatever stands in the place of the dialect and the token is nothing that is there', async () => {
  const { app, addressOf } = await openAcme();
  try {
    const right = await addressOf('ringme', null);
    const token = right.split('/').at(-1) as string;
    const wrong = [
      ...[
        '',
        '/',
        '/ringme',
        '/ringme/',
        `/ringme/${token}/x`,
        `/ringme/${'a'.repeat(32)}/`,
        `/RINGME/${token}`,
        `//ringme/${token}`,
      ],
      ...[`/ringme/${token.toUpperCase()}`, `/ringme/${token.slice(1)}`, `/ringme/%20${token}`, `/ringme/${token}%00`],
      ...[
        `/ringme/${'a'.repeat(2_000)}`,
        `/${'x'.repeat(200)}/${token}`,
        '/ringme/%E0%A4%A',
        '/ringme/%D0%90%D0%BD%D0%BD%D0%B0',
      ],
      ...[`/__proto__/${token}`, `/constructor/${token}`, '/ringme/..%2f..%2fv1%2fevents'],
    ];
    for (const path of wrong) {
      const answer = await fetch(`${app.url}/in${path}`, { method: 'POST', body: new URLSearchParams(leg) });
      const text = await answer.text();
      assert.ok([400, 404, 414].includes(answer.status), `${path}: ${answer.status}`);
      assert.ok(!text.includes(token), path);
    }
    const answer = await fetch(new URL(`${right}/`, app.url), {
      method: 'POST',
      body: new URLSearchParams({ ...leg, EventType: 'dial-in' }),
    });
    assert.equal(answer.status, 200, 'after all these, the right one is taken, with a slash at its end too');
  } finally {
    await app.stop();
  }
});
