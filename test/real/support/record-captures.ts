/**
 * Records what a real Asterisk says about each call of `scenarios/`, byte for byte, into test/fixtures/asterisk/*.ami.
 *
 *   sudo npx node test/real/support/record-captures.ts [--asterisk 16] [name ...]
 *
 * With another Asterisk than the newest they go to a folder of its own, test/fixtures/asterisk-16/.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { type RealAsterisk, startAsterisk } from './asterisk.ts';
import { callScenarios } from './scenarios/index.ts';
import { startPhones } from './sipp.ts';

const quietMs = 300;

/** Listens from the greeting on; `take` resolves when every channel is gone and nothing more was said. */
async function listen(asterisk: RealAsterisk) {
  const socket = connect(asterisk.ports.ami, '127.0.0.1');
  const chunks: Buffer[] = [];
  let lastAt = Date.now();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    lastAt = Date.now();
  });
  await once(socket, 'connect');
  socket.write(`Action: Login\r\nActionID: login\r\nUsername: hub\r\nSecret: ${asterisk.secret}\r\nEvents: on\r\n\r\n`);
  return {
    /** Asks for all there is now, as Offhook does after it connected. */
    ask: (...names: string[]) => {
      for (const name of names) socket.write(`Action: ${name}\r\nActionID: ${name}\r\n\r\n`);
    },
    take: async () => {
      await asterisk.quiet();
      lastAt = Date.now();
      while (Date.now() - lastAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
      return Buffer.concat(chunks);
    },
  };
}

const { values, positionals: wanted } = parseArgs({
  options: { asterisk: { type: 'string' } },
  allowPositionals: true,
});
const version = values.asterisk === '16' ? 16 : 22;
const folder = new URL(`../../fixtures/asterisk${version === 22 ? '' : '-16'}/`, import.meta.url);
const asterisk = await startAsterisk({ version });
const phones = await startPhones(asterisk);
try {
  for (const scenario of callScenarios) {
    if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
    const call = await scenario.prepare(phones, asterisk);
    const line = await listen(asterisk);
    line.ask('CoreStatus', 'CoreShowChannels', 'BridgeList');
    await call();
    const bytes = await line.take();
    await writeFile(new URL(`${scenario.name}.ami`, folder), bytes);
    console.log(`${scenario.name}: ${bytes.length} bytes`);
  }
} finally {
  await phones.stop();
  await asterisk.stop();
}
