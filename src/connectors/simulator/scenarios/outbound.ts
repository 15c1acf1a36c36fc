import { outsider } from '../company.ts';
import type { Draw } from '../draw.ts';
import type { Scene } from '../scene.ts';
import type { Device } from '../step.ts';
import { fail, farewell, line, ring, sceneOf, talk, toOutside, type Stage } from './stage.ts';

const clickShare = 0.2;

/** A colleague calls somebody outside, sometimes by a click in some software. */
export function outbound(stage: Stage): Scene {
  const { draw, desk, at } = stage;
  const colleague = desk.someone(draw, at);
  const party = outsider(draw);
  const device = line(party);
  const scene = sceneOf(stage)
    .now(toOutside(colleague, party, originOf(draw)))
    .wait(draw.between(100, 400));
  if (!refusedAtOnce(scene, draw, device) && !unanswered(ring(scene, draw, device), draw, device)) {
    scene.wait(draw.between(3, 14) * 1000).now({ kind: 'answer', key: device.key });
    farewell(talk(scene, draw, 'caller', [20, 180]), draw, colleague);
  }
  desk.take(colleague, at + scene.elapsed);
  return scene;
}

/** The network or the other phone refuses before anything rings; false: it does not. */
function refusedAtOnce(scene: Scene, draw: Draw, device: Device): boolean {
  const ending = draw.between(1, 100);
  if (ending > 14) return false;
  const [outcome, cause] =
    ending <= 4 ? (['invalid', 1] as const) : ending <= 7 ? (['congested', 34] as const) : (['busy', 17] as const);
  scene.now({ kind: 'dial', device }).wait(draw.between(300, 1500));
  scene.now({ kind: 'leave', key: device.key, outcome, cause }).wait(400);
  fail(scene, outcome, outcome === 'busy' ? 'callee' : 'system');
  return true;
}

/** It rings, but nobody picks up, or the caller gives up first; false: somebody will. */
function unanswered(scene: Scene, draw: Draw, device: Device): boolean {
  const ending = draw.between(1, 100);
  if (ending > 24) return false;
  if (ending <= 10) {
    fail(scene.wait(draw.between(6, 20) * 1000), 'cancelled', 'caller');
  } else {
    scene.wait(draw.between(18, 28) * 1000).now({ kind: 'leave', key: device.key, outcome: 'no_answer', cause: 19 });
    fail(scene.wait(200), 'no_answer', 'system');
  }
  return true;
}

function originOf(draw: Draw) {
  const requestId = `req-${draw.between(100_000, 999_999)}`;
  return draw.chance(clickShare) ? { source: 'click_to_call' as const, requestId, buttonId: 'contact-page' } : {};
}
