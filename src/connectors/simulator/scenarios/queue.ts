import { caller, queue, type Colleague } from '../company.ts';
import type { Scene } from '../scene.ts';
import { fail, farewell, fromOutside, phone, ring, sceneOf, talk, type Stage } from './stage.ts';

const mostRinging = 3;
const longestRingMs = 15_000;

/** Somebody calls the support line, waits, and one of the agents takes the call, or nobody does. */
export function queued(stage: Stage): Scene {
  const { draw, desk, at } = stage;
  const scene = sceneOf(stage)
    .now(fromOutside(caller(draw), queue.did))
    .wait(draw.between(200, 500));
  const position = draw.between(1, 3);
  scene.now({ kind: 'queue.join', queue, position, waiting: position }).wait(draw.between(500, 1500));
  const [first, ...others] = desk.freeAgents(draw, at).slice(0, draw.between(1, mostRinging));
  if (!first) return unserved(scene, stage);
  const offered: Offered = [first, ...others];
  offer(scene, stage, offered);
  const ending = draw.between(1, 100);
  if (ending <= 18) return abandon(scene, stage);
  return ending <= 32 ? secondRound(scene, stage, offered) : serve(scene, stage, draw.one(offered));
}

type Offered = readonly [Colleague, ...Colleague[]];

function offer(scene: Scene, { draw, desk, at, speed }: Stage, agents: Offered, round = 1): Scene {
  for (const agent of agents) {
    const device = phone(agent, round);
    ring(scene, draw, device).now({ kind: 'queue.offer', key: device.key, agent });
    desk.take(agent, at + scene.elapsed + longestRingMs / speed);
  }
  return scene;
}

function serve(scene: Scene, { draw, desk, at }: Stage, agent: Colleague, round = 1): Scene {
  const { key } = phone(agent, round);
  scene
    .wait(draw.between(2, 12) * 1000)
    .now({ kind: 'answer', key })
    .now({ kind: 'queue.serve', key, agent });
  scene.now({ kind: 'queue.leave', reason: 'answered' });
  farewell(talk(scene, draw, key, [30, 240]), draw, agent);
  desk.take(agent, at + scene.elapsed);
  return scene;
}

function abandon(scene: Scene, { draw }: Stage): Scene {
  scene.wait(draw.between(6, 14) * 1000).now({ kind: 'queue.leave', reason: 'abandoned' });
  return fail(scene, 'abandoned', 'caller');
}

/** All let it ring out; then one of them is called again, and answers. */
function secondRound(scene: Scene, stage: Stage, agents: Offered): Scene {
  scene.wait(longestRingMs);
  for (const agent of agents) {
    scene.now({ kind: 'leave', key: agent.extension, outcome: 'no_answer', cause: 19 });
    scene.now({ kind: 'queue.miss', key: agent.extension, agent }).wait(20);
  }
  const again = stage.draw.one(agents);
  offer(scene.wait(2000), stage, [again], 2);
  return serve(scene, stage, again, 2);
}

/** No agent is free: the caller gives up, or the queue does. */
function unserved(scene: Scene, stage: Stage): Scene {
  if (stage.draw.chance(0.6)) return abandon(scene.wait(15_000), stage);
  scene.wait(60_000).now({ kind: 'queue.leave', reason: 'timeout' });
  return fail(scene, 'no_answer', 'system');
}
