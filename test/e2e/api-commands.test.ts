/** The commands as a person runs them: processes of their own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { appToken, withApp } from '../support/app.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const started = new Set<ChildProcess>();
after(() => {
  for (const child of started) child.kill('SIGKILL');
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], env: Record<string, string> = {}, cwd = '.'): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

function run(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
  const child = start(args, env);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (out += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (err += part));
  child.stdin?.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** Resolves with the first line that matches; rejects when the process ends before. */
function line(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const seen: string[] = [];
    lines.on('line', (text) => {
      seen.push(text);
      if (pattern.test(text)) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code} after:\n${seen.join('\n')}`)));
  });
}

const exit = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

test('npm start: notifications are seen within 15 s, and Ctrl-C ends it cleanly', { timeout: 60_000 }, async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('offhook-demo-'));
  const child = start(['demo'], { OFFHOOK_PORT: '0' });
  const watch = await line(child, /#token=/);
  const beganAt = performance.now();
  await line(child, /delivered 204 .*call\.started/);
  assert.ok(performance.now() - beganAt < 15_000);
  const url = /http:\S+/.exec(watch)?.[0] ?? '';
  const { origin, hash } = new URL(url);
  const live = await fetch(`${origin}/v1/live`, {
    headers: { authorization: `Bearer ${hash.slice('#token='.length)}` },
  });
  assert.equal(live.status, 200);
  const ended = exit(child);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
  const after = (await readdir(tmpdir())).filter((name) => name.startsWith('offhook-demo-'));
  assert.deepEqual(
    after.filter((name) => !before.includes(name)),
    [],
  );
});

test('up says where it listens and the token it made, and a second one in its directory is refused', {
  timeout: 60_000,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'offhook-up-'));
  const child = start(['up', '--port', '0', '--data-dir', dir]);
  let notes = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (notes += part));
  const told = new Promise<void>((resolve) =>
    child.stderr?.on('data', () => /shown this once/.test(notes) && resolve()),
  );
  await told;
  assert.match(notes, /listens on http:\/\/127\.0\.0\.1:\d+/);
  assert.match(notes, /oh_[0-9a-f]{48}/);
  const second = await run(['up', '--port', '0', '--data-dir', dir]);
  assert.equal(second.code, 1);
  assert.match(second.err, /in use by another Offhook/);
  const ended = exit(child);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  await rm(dir, { recursive: true });
});

test('the demonstration takes no offhook.yaml that lies there, and says so', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'offhook-lying-'));
  await writeFile(join(dir, 'offhook.yaml'), 'connectors: [{ id: mine, kind: simulator }]\n');
  const child = start(['demo', '--port', '0'], {}, dir);
  let notes = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (notes += part));
  const watch = await line(child, /#token=/);
  assert.match(notes, /^offhook\.yaml is not used by the demonstration/m);
  const { origin, hash } = new URL(/http:\S+/.exec(watch)?.[0] ?? '');
  const authorization = `Bearer ${hash.slice('#token='.length)}`;
  const connectors = await (await fetch(`${origin}/v1/connectors`, { headers: { authorization } })).text();
  assert.match(connectors, /demo-pbx/);
  assert.doesNotMatch(connectors, /"mine"/);
  const taken = await run(['demo', '--port', new URL(origin).port]);
  assert.equal(taken.code, 1);
  assert.match(
    taken.err,
    /127\.0\.0\.1:\d+ is in use by another program; take another port with --port or OFFHOOK_PORT/,
  );
  const ended = exit(child);
  child.kill('SIGINT');
  assert.equal(await ended, 0);
  await rm(dir, { recursive: true });
});

test('wrong use is 2, a failure 1, and both say why', { timeout: 60_000 }, async () => {
  const [unknown, flag, nobody, wrong] = await Promise.all([
    run(['dance']),
    run(['tail', '--nope']),
    run(['calls', '--url', 'http://127.0.0.1:9']),
    run(['config', 'check', '--config', '/dev/null', '--port', 'eighty']),
  ]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /unknown command/);
  assert.equal(flag.code, 2);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /no Offhook answers at http:\/\/127\.0\.0\.1:9/);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /--port: server\.port: "eighty" is not right; it must be a whole number from 0 to 65535/);
  const numbers = [
    ['subs', 'preview', '1', '--seq', 'x'],
    ['subs', 'test', '1', '--seq', '0'],
    ['deliveries', '--limit', 'x'],
    ['why', 'e1', '--limit', '1.5'],
    ['why', 'e1', '--seq', 'x'],
    ['calls', '--limit', '1e3'],
  ];
  const ran = await Promise.all(numbers.map((args) => run([...args, '--url', 'http://127.0.0.1:9'])));
  for (const [at, { code, err }] of ran.entries()) {
    assert.equal(code, 2, `${numbers[at]?.join(' ')}: ${err}`);
    assert.match(err, /--(?:seq|limit): \S+ is no (?:count|sequence)/);
  }
});

test('from a number to the reason: calls, events, why', { timeout: 60_000 }, async () => {
  await withApp(async (app) => {
    const env = { OFFHOOK_URL: app.url, OFFHOOK_ADMIN_TOKEN: appToken };
    const file = join(app.dir, 'subscription.json');
    const filter = "call.direction == 'outbound'";
    const subscription = { name: 'box', dialect: 'cloudevents', filter, endpoint: { url: 'inbox:box' } };
    await writeFile(file, JSON.stringify(subscription));
    assert.equal((await run(['subs', 'add', file], env)).code, 0);
    const events = ['call.started', 'call.ended'].flatMap((type) =>
      ['12025550101', '12025550102'].map((number, index) =>
        JSON.stringify({ type, call: { id: `c${index}`, from: `+${number}`, direction: 'inbound' } }),
      ),
    );
    assert.equal((await run(['send'], env, events.join('\n'))).code, 0);
    const calls = await run(['calls', '--number', '202-555-0102'], env);
    const [row] = calls.out.trim().split('\n').slice(1);
    const call = row?.split(/ +/).at(-1) ?? '';
    assert.equal(call, 'c1');
    const listed = await run(['events', '--call', call, '--limit', '1'], env);
    const [headings, ended, ...more] = listed.out.trim().split('\n');
    assert.match(headings ?? '', /^accepted +no +event +domain +id$/);
    assert.match(ended ?? '', /#\d+ +call\.ended +\+12025550102/);
    assert.deepEqual(more, []);
    const why = await run(['why', ended?.split(/ +/).at(-1) ?? ''], env);
    assert.match(why.out, /^event #\d+ +call\.ended/);
    assert.match(why.out, /filtered +1 box/);
    const [all, none, wrong] = await Promise.all([
      run(['events', '--json', '--number', '+12025550101'], env),
      run(['events', '--call', 'nobody'], env),
      run(['events', '--limit', 'many'], env),
    ]);
    const types = all.out
      .trim()
      .split('\n')
      .map((text) => (JSON.parse(text) as { type: string }).type);
    assert.deepEqual(types, ['call.ended', 'call.started']);
    assert.match(none.err, /no such event/);
    assert.equal(wrong.code, 2);
  });
});

test('send, subs, deliveries, calls and tail work against a server', { timeout: 60_000 }, async () => {
  await withApp(async (app) => {
    const env = { OFFHOOK_URL: app.url, OFFHOOK_ADMIN_TOKEN: appToken };
    const file = join(app.dir, 'subscription.json');
    const subscription = { name: 'box', dialect: 'cloudevents', endpoint: { url: 'inbox:box' } };
    await writeFile(file, JSON.stringify(subscription));
    const made = await run(['subs', 'add', file, '--json'], env);
    assert.equal(made.code, 0, made.err);
    const { id } = JSON.parse(made.out) as { id: string };
    const tail = start(['tail', '--json', '--after', '0'], env);
    const events = [1, 2, 3].map((index) =>
      JSON.stringify({
        id: `e${index}`,
        type: 'call.started',
        call: { id: `c${index}`, from: { number: `+1202555010${index}` } },
      }),
    );
    const sent = await run(['send', '--batch', '2'], env, `${events.join('\n')}\n`);
    assert.deepEqual([sent.code, sent.out.trim()], [0, '3 events accepted']);
    const third = JSON.parse(await line(tail, /"id":"e3"/)) as { seq: number };
    const ended = exit(tail);
    tail.kill('SIGINT');
    assert.equal(await ended, 0);
    await app.app.parts().delivery.settledUpTo(third.seq);
    const [list, deliveries, calls, refused, removed] = await Promise.all([
      run(['subs'], env),
      run(['deliveries', '--json'], env),
      run(['calls', '--json', '--state', 'live'], env),
      run(['send', '--json'], env, '{"type":"call.startet"}'),
      run(['subs', 'remove', 'nobody'], env),
    ]);
    assert.match(list.out, new RegExp(`box .*inbox:box .*${id}`));
    assert.match(list.out, /lag +parked +id/);
    const [shown, missing] = await Promise.all([
      run(['subs', 'show', '1', '--json'], env),
      run(['subs', 'show', '9'], env),
    ]);
    assert.equal((JSON.parse(shown.out) as { id: string }).id, id);
    assert.match(missing.err, /there is no subscription 9/);
    assert.equal(deliveries.out.trim().split('\n').length, 3);
    const [found, bad] = await Promise.all([
      run(['deliveries', '--json', '--number', '202-555-0102', '--since', '2020-01-01T00:00:00Z'], env),
      run(['deliveries', '--until', 'yesterday'], env),
    ]);
    assert.equal((JSON.parse(found.out) as { seq: number }).seq, third.seq - 1);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /until/);
    assert.equal(calls.out.trim().split('\n').length, 3);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /call\.started/);
    const lines = ['{"type":"call.started","call":{"id":"c9"}}', '', '{"type":"phone.ringing","call":{"id":"c9"}}'];
    const far = await run(['send', '--batch', '1'], env, lines.join('\n'));
    assert.match(far.err, /leg\.ringing[^]*on line 3\.\nAccepted before it: 1 event\./);
    const known = ['{"id":"e1","type":"call.ended","call":{"id":"c1"}}', '{"type":"call.started","call":{"id":"c8"}}'];
    const conflict = await run(['send'], env, known.join('\n'));
    assert.match(conflict.err, /event_id_conflict[^]*\nAccepted with it: 1 event\./);
    assert.equal((await run(['send', '--batch', 'many'], env)).code, 2);
    assert.equal((JSON.parse(refused.out) as { problem: { code: string } }).problem.code, 'invalid_event');
    assert.equal(removed.code, 1);
    assert.match(removed.err, /subscription_not_found/);
  });
});
