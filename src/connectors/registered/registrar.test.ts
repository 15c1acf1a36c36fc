import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRegistrarWorld, extension, type RegistrarWorld } from '../../../test/support/registrar-world.ts';

const phone = 'extension 0003*101';
const whole = ['answer', 'dial-in', 'dial-out', 'hangup'];
const office = [
  extension('101'),
  extension('102', { users: [] }),
  extension('500', { type: 'queue', users: [] }),
  extension('700', { type: 'ivr', users: [] }),
];

async function started(world: RegistrarWorld): Promise<RegistrarWorld> {
  world.extensions = office;
  await world.start();
  await world.settle();
  return world;
}

test('a phone that is somebody’s has the whole set, a queue and a menu the hang-up, a phone that is nobody’s nothing', async () => {
  const world = await started(createRegistrarWorld('ringme', { agents: ['101'] }));
  assert.deepEqual(world.shown(phone), whole);
  assert.deepEqual(world.shown('agent 0003*101'), ['agent-login', 'agent-logout']);
  assert.deepEqual(world.shown('extension 0003*102'), []);
  assert.deepEqual(world.shown('extension 0003*500'), ['hangup']);
  assert.deepEqual(world.shown('extension 0003*700'), ['hangup']);
  assert.equal(world.registrar().status().state, 'up');
  assert.equal(world.tokens.size, 8);
  for (const { remoteId } of world.tokens.values()) assert.notEqual(remoteId, null);
});

test('VoipNow has five types for a phone, without answers three, and none of agents', async () => {
  const world = await started(createRegistrarWorld('voipnow'));
  assert.deepEqual(world.shown(phone), ['0', '1', '2', '3', '4']);
  assert.deepEqual(world.shown('extension 0003*700'), ['2']);
  const without = await started(createRegistrarWorld('voipnow', { answer: false }));
  assert.deepEqual(without.shown(phone), ['0', '1', '2']);
});

test('an extension with more events than a page shows is read to its end', async () => {
  const world = createRegistrarWorld('voipnow');
  world.pbx.limit = 1_000;
  for (let n = 0; n < 250; n++) world.pbx.put(phone, '2', `https://crm.example/${n}`);
  await started(world);
  assert.equal(world.pbx.events.get(phone)?.length, 255);
  await world.registrar().registration.sync(false);
  assert.equal(world.pbx.events.get(phone)?.length, 255);
});

test('a change of the records changes what differs, and nobody else’s events', async () => {
  const world = await started(createRegistrarWorld());
  world.pbx.put(phone, 'dial-in', 'https://crm.example/hook');
  world.pbx.put('extension 0003*102', 'hangup', 'https://hub.example/in/ringme/');
  world.pbx.log.length = 0;
  world.extensions = [extension('101', { users: [] }), extension('102'), ...office.slice(2)];
  world.changed();
  world.changed();
  await world.settle();
  assert.deepEqual(world.shown(phone), ['dial-in of others']);
  assert.deepEqual(world.shown('extension 0003*102'), [...whole, 'hangup of others'].toSorted());
  // Neither the queue nor the menu was looked at.
  assert.ok(
    world.pbx.log.every((line) => !/extension\/10[34]\//.test(line)),
    world.pbx.log.join('\n'),
  );
});

test('an extension without a record any more loses its events, also where it is gone there too', async () => {
  const world = await started(createRegistrarWorld());
  world.extensions = office.slice(1, 3);
  world.pbx.events.delete('extension 0003*700');
  world.changed();
  await world.settle();
  assert.deepEqual(world.shown(phone), []);
  assert.equal(world.tokens.size, 1);
  assert.equal(world.registrar().status().state, 'up');
});

test('nothing is asked while nothing changes, and nothing at a start after all was done', async () => {
  const world = await started(createRegistrarWorld());
  await world.registrar().stop();
  world.pbx.log.length = 0;
  await world.start();
  await world.settle(24 * 3_600_000);
  world.changed();
  await world.settle();
  assert.deepEqual(world.pbx.log, []);
  assert.equal(world.registrar().status().state, 'up');
});

test('with another address of ours all is made anew, and what is not wanted any more goes too', async () => {
  const world = await started(createRegistrarWorld());
  await world.registrar().stop();
  world.urlBase = 'https://moved.example/in/ringme/';
  world.extensions = office.slice(0, 3);
  await world.start();
  await world.settle();
  assert.deepEqual(world.shown(phone), whole);
  assert.deepEqual(world.shown('extension 0003*700'), []);
  assert.equal(world.pbx.events.get('extension 0003*700')?.length, 0);
  assert.equal(world.tokens.size, 5);
});

test('what a process left half done is put right, though the records are again as they were', async () => {
  const world = await started(createRegistrarWorld());
  world.extensions = [extension('101', { type: 'ivr', users: [] }), ...office.slice(1)];
  world.pbx.trouble = ({ method }) => {
    if (method === 'DELETE') world.dieAt(world.steps() + 1, 'after');
    return null;
  };
  world.changed();
  await world.settle();
  assert.ok(world.shown(phone).length < whole.length);
  world.pbx.trouble = () => null;
  world.dieAt(null, 'before');
  world.extensions = office;
  await world.start();
  await world.settle();
  assert.deepEqual(world.shown(phone), whole);
});

test('a dry run shows the plan and changes nothing, here or there', async () => {
  const world = createRegistrarWorld();
  await world.start();
  // Nobody has told it yet.
  world.extensions = office;
  const report = world.registrar().registration.sync(true);
  await world.settle(0);
  const { counts, steps, dryRun } = await report;
  assert.equal(dryRun, true);
  assert.deepEqual(counts, { looked: 3, of: 3, kept: 0, added: 6, removed: 0 });
  assert.deepEqual(steps[0], { do: 'add', extension: '0003*101', event: 'dial-in', why: 'missing' });
  assert.ok(world.pbx.log.every((line) => line.startsWith('GET ')));
  assert.equal(world.tokens.size, 0);
});

test('ours that was changed or doubled there is put right when somebody asks', async () => {
  const world = await started(createRegistrarWorld());
  const events = world.pbx.events.get(phone) ?? [];
  const [first, second, third] = events;
  if (!first || !second || !third) throw new Error('no events');
  first.url = 'https://elsewhere.example/';
  second.method = 'GET';
  world.pbx.put(phone, third.event, third.url);
  const foreign = world.pbx.put(phone, 'hangup', 'https://crm.example/');
  const done = world.registrar().registration.sync(false);
  await world.settle();
  const { counts } = await done;
  assert.deepEqual(world.shown(phone), [...whole, 'hangup of others'].toSorted());
  assert.ok(world.pbx.events.get(phone)?.includes(foreign));
  assert.equal(counts.removed, 3);
  assert.equal(counts.added, 2);
});

for (const vendor of ['ringme', 'voipnow'] as const) {
  test(`${vendor}: an extension that is full is told of, with what to do, and the others are done`, async () => {
    const world = createRegistrarWorld(vendor);
    world.pbx.limit = 4;
    for (let n = 0; n < 2; n++) world.pbx.put(phone, vendor === 'ringme' ? 'hangup' : '2', `https://crm.example/${n}`);
    await started(world);
    const { state, problem } = world.registrar().status();
    assert.equal(state, 'down');
    assert.match(
      String(problem),
      /0003\*101: there is no room for \S+: the extension has 4 events, 2 of them ours and 2 of others\./,
    );
    assert.match(String(problem), /Remove events there .* or ask the administrator of the PBX to raise the limit/);
    assert.equal(world.shown('extension 0003*500').length, 1);
    assert.equal(world.shown('extension 0003*700').length, 1);
    assert.equal(world.tokens.size, 4);
    world.pbx.limit = 16;
    const done = world.registrar().registration.sync(false);
    await world.settle();
    assert.deepEqual((await done).problems, []);
    assert.equal(world.registrar().status().state, 'up');
  });
}

test('an extension that is not there is told of, and the others are done', async () => {
  const world = createRegistrarWorld();
  world.pbx.events.delete('extension 0003*101');
  await started(world);
  assert.match(String(world.registrar().status().problem), /^0003\*101: the PBX has no such extension/);
  assert.deepEqual(world.shown('extension 0003*500'), ['hangup']);
});

test('a refusal does not repeat the token it was about', async () => {
  const world = createRegistrarWorld();
  world.pbx.trouble = ({ method, json }) =>
    method === 'POST' ? { status: 400, body: { message: `not a good url: ${(json as { url: string }).url}` } } : null;
  await started(world);
  const { problem } = world.registrar().status();
  assert.match(String(problem), /not a good url: https:\/\/hub\.example\/in\/ringme\/\(token\)/);
  assert.equal(world.tokens.size, 0);
});

test('credentials that are refused end the run at once, in words that say what to do', async () => {
  const world = createRegistrarWorld();
  world.pbx.trouble = () => ({ status: 401, body: { error: 'invalid_token' } });
  await started(world);
  assert.match(
    String(world.registrar().status().problem),
    /^the PBX does not take our credentials: check auth or token/,
  );
  assert.equal(world.pbx.log.length, 1);
});

test('an agent without a record is told of', async () => {
  const world = await started(createRegistrarWorld('ringme', { agents: ['101', '999'] }));
  assert.match(String(world.registrar().status().problem), /^agents names 999, of which there is no record/);
});

test('a system that does not answer is asked again later, and then all is done', async () => {
  const world = createRegistrarWorld();
  world.extensions = office;
  world.pbx.trouble = () => 'down';
  await world.start();
  await world.settle(22_000);
  const { registration } = world.registrar();
  assert.equal(world.registrar().status().state, 'down');
  assert.match(String(world.registrar().status().problem), /is asked again by itself: no answer/);
  assert.equal(registration.state().state, 'resting');
  world.pbx.trouble = () => null;
  await world.settle(3_600_000);
  assert.equal(world.registrar().status().state, 'up');
  assert.deepEqual(world.shown(phone), whole);
});

test('an extension that fails again and again holds up no other, and is tried again more and more rarely', async () => {
  const world = createRegistrarWorld();
  world.pbx.trouble = ({ method, path }) =>
    method === 'POST' && path.includes('/101/') ? { status: 500, body: { message: 'oops' } } : null;
  world.extensions = office;
  await world.start();
  await world.settle(60_000);
  assert.match(String(world.registrar().status().problem), /^0003\*101: it does not come to an end: status 500, oops/);
  assert.deepEqual(world.shown('extension 0003*700'), ['hangup']);
  assert.equal(world.registrar().registration.state().state, 'resting');
  world.pbx.log.length = 0;
  await world.settle(24 * 3_600_000);
  const tries = world.pbx.log.filter((line) => line.startsWith('POST')).length;
  assert.ok(tries > 50 && tries < 600, `${tries} tries in a day`);
  assert.ok(world.tokens.size < 20, `${world.tokens.size} tokens`);
  world.pbx.trouble = () => null;
  await world.settle(3_600_000);
  assert.deepEqual(world.shown(phone), whole);
  await world.settle();
  assert.equal(world.tokens.size, 6);
  // Runs are no reconnects: who watches those would be alarmed.
  assert.equal(world.registrar().figures().connects, 1);
});

test('a rate limit is waited for, and the wait can be seen', async () => {
  const world = createRegistrarWorld();
  world.extensions = office;
  let left = 3;
  const refusal = { status: 429, body: { error: 'rate_limit_exceeded' }, headers: { 'x-ratelimit-reset': '1800' } };
  world.pbx.trouble = () => (left-- > 0 ? null : refusal);
  await world.start();
  await world.settle(60_000);
  const { waiting, state } = world.registrar().registration.state();
  assert.equal(state, 'running');
  assert.match(String(waiting?.why), /no more requests for now/);
  assert.ok((waiting?.until ?? 0) - world.clock.now() > 25 * 60_000);
  assert.equal(world.pbx.log.length, 4);
  world.pbx.trouble = () => null;
  await world.settle(3_600_000);
  assert.equal(world.registrar().status().state, 'up');
  assert.deepEqual(world.shown(phone), whole);
});

for (const what of ['POST', 'DELETE'] as const) {
  test(`an answer to ${what} that is lost leaves no doubles and no rest`, async () => {
    const world = createRegistrarWorld();
    if (what === 'DELETE') {
      await started(world);
      world.extensions = [];
    } else world.extensions = office;
    let lost = 0;
    world.pbx.trouble = ({ method }) => (method === what && lost++ % 2 === 0 ? 'lost' : null);
    if (what === 'DELETE') world.changed();
    else await world.start();
    await world.settle(24 * 3_600_000);
    assert.ok(lost > 2);
    assert.deepEqual(world.shown(phone), what === 'POST' ? whole : []);
    assert.equal(world.tokens.size, what === 'POST' ? 6 : 0);
    assert.equal(world.registrar().status().state, 'up');
  });
}

test('a request that is carried out after everybody gave it up is known as ours', async () => {
  const world = createRegistrarWorld();
  world.extensions = [extension('101')];
  let late: { event_type: string; url: string } | null = null;
  world.pbx.trouble = ({ method, json }) => {
    if (method !== 'POST' || late) return null;
    late = json as unknown as typeof late;
    return 'down';
  };
  await world.start();
  await world.settle(60_000);
  const { event_type: event, url } = late as unknown as { event_type: string; url: string };
  assert.ok([...world.tokens.values()].filter((token) => token.event === event).length >= 1);
  world.pbx.put(phone, event, url);
  await world.settle(24 * 3_600_000);
  assert.deepEqual(world.shown(phone), whole);
  assert.equal(world.tokens.size, 4);
});

// Whatever is the last thing a process did: the next one brings all into step, without doubles, and leaves no token behind.
for (const when of ['before', 'after'] as const) {
  test(`a process that dies ${when} any step leaves nothing that the next one does not put right`, async () => {
    const prepare = async (): Promise<RegistrarWorld> => {
      const world = createRegistrarWorld();
      world.pbx.put(phone, 'hangup', 'https://crm.example/hook');
      world.extensions = [extension('101'), extension('500', { type: 'queue', users: [] })];
      await world.start();
      await world.settle();
      world.extensions = [extension('101', { type: 'ivr', users: [] }), extension('102')];
      return world;
    };
    const whole102 = await prepare();
    const before = whole102.steps();
    whole102.changed();
    await whole102.settle();
    const steps = whole102.steps() - before;
    assert.ok(steps > 20, `${steps} steps`);
    for (let step = 1; step <= steps; step++) {
      const world = await prepare();
      world.dieAt(world.steps() + step, when);
      world.changed();
      await world.settle();
      world.dieAt(null, when);
      await world.start();
      await world.settle(3_600_000);
      const at = `died ${when} step ${step}`;
      assert.equal(world.registrar().status().state, 'up', at);
      assert.deepEqual(world.shown(phone), ['hangup', 'hangup of others'], at);
      assert.deepEqual(world.shown('extension 0003*102'), whole, at);
      assert.deepEqual(world.shown('extension 0003*500'), [], at);
      assert.equal(world.tokens.size, 5, at);
    }
  });
}

// Whatever goes wrong, in whatever order, while records change and processes die: once it is over, all is in step, there are
// no doubles and no tokens left over, and what belongs to others is as it was.
type Fate = 'fine' | 'lost' | 'down' | 'busy' | 'error';
const answers = {
  fine: null,
  lost: 'lost',
  down: 'down',
  busy: { status: 429, body: null, headers: { 'retry-after': '5' } },
  error: { status: 500, body: null },
} as const;
const anyOffice = fc
  .tuple(fc.constantFrom('phone', 'ivr', 'nobody', 'gone'), fc.constantFrom('phone', 'nobody', 'gone'))
  .map((kinds) => kinds.flatMap((kind, at) => recordOf(['101', '102'][at] as string, kind)));

function recordOf(number: string, kind: string) {
  if (kind === 'gone') return [];
  if (kind === 'ivr') return [extension(number, { type: 'ivr', users: [] })];
  return [extension(number, { users: kind === 'phone' ? ['u'] : [] })];
}

test('any mixture of lost answers, failures, limits and deaths ends in step', async () => {
  const turn = fc.record({
    records: anyOffice,
    fates: fc.array(fc.constantFrom<Fate>('fine', 'fine', 'lost', 'down', 'busy', 'error'), { maxLength: 12 }),
    death: fc.option(fc.tuple(fc.integer({ min: 1, max: 25 }), fc.constantFrom('before' as const, 'after' as const))),
    forMs: fc.constantFrom(1_000, 30_000, 600_000),
  });
  const property = fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
    const world = createRegistrarWorld();
    world.pbx.put(phone, 'hangup', 'https://crm.example/hook');
    let isDead = true;
    for (const { records, fates, death, forMs } of turns) {
      const left = [...fates];
      world.pbx.trouble = () => answers[left.shift() ?? 'fine'];
      world.dieAt(death && world.steps() + death[0], death?.[1] ?? 'before');
      // While a process is dead, the records may become others than it was working on.
      world.extensions = records;
      if (isDead) await world.start();
      else world.changed();
      await world.settle(forMs);
      isDead = death !== null;
    }
    world.dieAt(null, 'before');
    world.pbx.trouble = () => null;
    await world.start();
    await world.settle(24 * 3_600_000);
    const wanted = (number: string): string[] => {
      const record = world.extensions.find((one) => one.number === number);
      return record?.type === 'ivr' ? ['hangup'] : record?.users.length ? whole : [];
    };
    assert.equal(world.registrar().status().state, 'up');
    assert.deepEqual(world.shown(phone), [...wanted('101'), 'hangup of others'].toSorted());
    assert.deepEqual(world.shown('extension 0003*102'), wanted('102'));
    assert.equal(world.tokens.size, wanted('101').length + wanted('102').length);
  });
  await fc.assert(property, { numRuns: 150 });
});

test('a phone system whose lists lag behind what it has made gets nothing doubled', async () => {
  const world = createRegistrarWorld('ringme');
  let lags = true;
  world.pbx.trouble = ({ method, path }) =>
    lags && method === 'GET' && path.includes('/event/') ? { status: 200, body: [], headers: {} } : null;
  world.extensions = [extension('101')];
  await world.start();
  await world.settle(10_000);
  assert.deepEqual(world.shown(phone), whole);
  assert.equal(world.tokens.size, whole.length, 'what was made is known as ours');
  lags = false;
  await world.settle(10 * 60_000);
  assert.deepEqual(world.shown(phone), whole);
  assert.equal(world.registrar().status().state, 'up');
});
