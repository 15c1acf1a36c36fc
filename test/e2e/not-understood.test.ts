/** What a PBX says that is not understood is seen by whoever looks: in the API, in the metrics, by command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { appToken, type TestApp, withApp } from '../support/app.ts';
import { startPlayedPbx } from '../support/asterisk-pbx.ts';

interface Shown {
  readonly state: string;
  readonly notUnderstood: readonly { readonly kind: string; readonly count: number; readonly sample: string }[];
}

const connectors = async (app: TestApp): Promise<readonly Shown[]> =>
  ((await (await app.fetch('/v1/connectors')).json()) as { items: Shown[] }).items;

async function until(app: TestApp, holds: (one: Shown | undefined) => boolean): Promise<Shown | undefined> {
  for (;;) {
    const [one] = await connectors(app);
    if (holds(one)) return one;
  }
}

/** What the command prints. */
async function command(app: TestApp, ...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const out = (line: string): void => void lines.push(line);
  const code = await run(args, {
    terminal: { isInteractive: false, width: 200, out, note: () => {}, draw: () => {} },
    env: { OFFHOOK_URL: app.url, OFFHOOK_ADMIN_TOKEN: appToken },
    stdin: (async function* none() {})(),
    signal: new AbortController().signal,
  });
  assert.equal(code, 0);
  return lines.join('\n');
}

test('it is counted, with one sample that has no value in it', { timeout: 60_000 }, async () => {
  const pbx = await startPlayedPbx();
  const connector = `{ id: pbx1, kind: asterisk, host: 127.0.0.1, port: ${pbx.manager.port}, username: hub, secret: geheim }`;
  try {
    await withApp(
      async (app) => {
        const up = await until(app, (one) => one?.state === 'up');
        assert.deepEqual(up?.notUnderstood, []);
        pbx.emit('Brandnew', [['Secret', 'hunter2']]);
        pbx.emit('Brandnew', [['Secret', 'hunter2']]);
        const told = await until(app, (one) => one?.notUnderstood[0]?.count === 2);
        const first = told?.notUnderstood[0];
        assert.deepEqual([first?.kind, first?.sample], ['unknown_event', 'Event: Brandnew | Secret: xxxxxx9']);
        const metrics = await (await app.fetch('/metrics')).text();
        assert.match(metrics, /^offhook_connector_not_understood_total\{connector="pbx1",kind="unknown_event"\} 2$/m);
        const printed = await command(app, 'connectors');
        assert.match(printed, /not understood of what pbx1 said, since the start:\n/);
        assert.match(printed, /^unknown_event +2 +\S+ +Event: Brandnew \| Secret: xxxxxx9$/m);
      },
      { OFFHOOK_CONNECTORS: `[${connector}]` },
    );
  } finally {
    await pbx.manager.stop();
  }
});
