/**
 * Records what a real Asterisk says about each call of `scenarios/`, byte for byte, into test/fixtures/asterisk/*.ami, and what
 * it says of people beside calls into test/fixtures/asterisk/people/*.ami.
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
import { peopleLists } from '../../../src/connectors/asterisk/ask-people.ts';
import { callScenarios } from './scenarios/index.ts';
import { peopleScenarios } from './scenarios/people.ts';
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
    /** Asks for all there is now, as Offhook does after it connected; resolves when the last list came. */
    ask: async (...names: readonly string[]) => {
      for (const name of names) socket.write(`Action: ${name}\r\nActionID: ${name}\r\n\r\n`);
      const end = `Event: ${names.at(-1)}Complete`;
      while (!Buffer.concat(chunks).includes(end)) await new Promise((resolve) => setTimeout(resolve, 10));
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

type Scenario = Pick<(typeof callScenarios)[number], 'name' | 'prepare'>;

const { values, positionals: wanted } = parseArgs({
  options: { asterisk: { type: 'string' } },
  allowPositionals: true,
});
const version = values.asterisk === '16' ? 16 : 22;
const folder = new URL(`../../fixtures/asterisk${version === 22 ? '' : '-16'}/`, import.meta.url);
const asterisk = await startAsterisk({ version });
try {
  const record = async ({ name, prepare }: Scenario, place: string, asked: readonly string[]): Promise<void> => {
    if (wanted.length > 0 && !wanted.includes(name)) return;
    const phones = await startPhones(asterisk);
    try {
      const play = await prepare(phones, asterisk);
      const line = await listen(asterisk);
      await line.ask(...asked);
      await play();
      const bytes = await line.take();
      await writeFile(new URL(`${place}${name}.ami`, folder), bytes);
      console.log(`${name}: ${bytes.length} bytes`);
    } finally {
      await phones.stop();
    }
  };
  const picture = ['CoreStatus', 'CoreShowChannels', 'BridgeList'];
  for (const scenario of callScenarios) await record(scenario, '', picture);
  const people = peopleLists(true).map(({ action }) => action.name);
  if (version === 22) for (const scenario of peopleScenarios) await record(scenario, 'people/', people);
} finally {
  await asterisk.stop();
}
