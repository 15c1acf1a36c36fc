import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../../test/support/builders.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import { CatchUp } from './catch-up.ts';
import type { Lane } from '../lane/lane.ts';

/** As much of a lane as catch-up reading knows. */
interface ReadingLane {
  attached: boolean;
  readPosition: number;
  waiting: number;
  readonly number: number;
  readonly endpoint: { readonly number: number };
  wantsEvents(): boolean;
}

async function setUp() {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const append = async (count: number): Promise<void> => {
    const head = log.head();
    await log.append(Array.from({ length: count }, (_, at) => eventOf({ id: `e${head + at}`, domain: 'common' })));
  };
  await append(5_000);
  const registry = new SubscriptionRegistry(() => () => true);
  const places: string[] = [];
  const read = log.read.bind(log);
  // As the store does it: so many events are looked at in one go.
  log.read = (request) => read({ ...request, upTo: Math.min(request.upTo ?? log.head(), request.after + 100) });
  const catchUp: CatchUp = new CatchUp({
    log,
    clock,
    logger: silentLogger,
    registry,
    position: () => log.head(),
    blocked: () => false,
    offer: () => true,
    offered: (lane) => {
      places.push(`${lane.endpoint.number}:${lane.readPosition}`);
      catchUp.consider(lane);
    },
    expired: () => assert.fail('nothing was trimmed'),
  });
  const lane = (number: number, readPosition: number, domain: string, waiting = 0): Lane => {
    registry.laneIndex(number).add({
      ...{ subscription: number, endpoint: number, lane: number, from: 0, to: 9_999, reseller: '*', domain, user: '*' },
      ...{ extension: '*', events: ['call.started'], filter: null },
    });
    const made: ReadingLane = {
      ...{ attached: false, readPosition, waiting, number, endpoint: { number } },
      wantsEvents: () => true,
    };
    return made as Lane;
  };
  return { append, catchUp, clock, places, lane };
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

test('a lane far behind, for which little is meant, takes its turn like others', async () => {
  const { catchUp, places, lane } = await setUp();
  catchUp.consider(lane(1, 0, 'rare'));
  catchUp.consider(lane(2, 4_800, 'common'));
  await turn();
  assert.deepEqual(places.slice(0, 4), ['1:100', '2:4900', '1:200', '2:5000']);
  assert.equal(places.at(-1), '1:5000');
});

test('lanes that stand near one another share pages', async () => {
  const { catchUp, places, lane } = await setUp();
  catchUp.consider(lane(1, 0, 'rare'));
  catchUp.consider(lane(2, 50, 'common'));
  await turn();
  assert.deepEqual(places.slice(0, 5), ['1:100', '2:150', '1:150', '2:250', '1:250']);
});

test('after a page with little in it, lanes that still have something to send are waited for together', async () => {
  const { catchUp, clock, places, lane } = await setUp();
  catchUp.consider(lane(1, 0, 'common', 5));
  catchUp.consider(lane(2, 50, 'common', 5));
  await turn();
  assert.deepEqual(places.splice(0), ['1:100']);
  clock.advance(40);
  await turn();
  assert.deepEqual(places.splice(0), ['2:150', '1:150']);
  catchUp.consider(lane(3, 4_900, 'common', 0));
  await turn();
  assert.deepEqual(places, ['2:250', '1:250', '3:5000'], 'at once, for one that has nothing to send');
});

test('a lane that is level goes on with the router, and is read for only when the router came to something for it', async () => {
  const { append, catchUp, places, lane } = await setUp();
  const [quiet, met, replaced] = [lane(1, 5_000, 'rare'), lane(2, 5_000, 'common'), lane(3, 5_000, 'rare')];
  for (const one of [quiet, met, replaced]) catchUp.consider(one);
  await append(10);
  catchUp.met(met);
  // What it has to read was put back, as when it lets go of what waits.
  replaced.readPosition = 4_990;
  catchUp.routerMoved(5_000);
  assert.deepEqual(places.splice(0), ['2:5000', '3:4990']);
  assert.equal(quiet.readPosition, 5_010);
  await turn();
  assert.deepEqual(places.splice(0), ['2:5010', '3:5010'], 'both were read for');

  await append(10);
  catchUp.routerMoved(5_010);
  assert.deepEqual(places, [], 'what was met before counts no more');
  assert.deepEqual([quiet.readPosition, met.readPosition], [5_020, 5_020]);
});

test('where the router passed over events, lanes that were level read them; and so they do when they are looked at again', async () => {
  const { append, catchUp, places, lane } = await setUp();
  catchUp.consider(lane(1, 5_000, 'common'));
  await append(10);
  catchUp.routerMoved(null);
  assert.deepEqual(places.splice(0), ['1:5000']);
  await turn();
  assert.deepEqual(places.splice(0), ['1:5010']);
  catchUp.lookAgain();
  assert.deepEqual(places.splice(0), ['1:5010']);
  await turn();
  assert.deepEqual(places, []);
});
