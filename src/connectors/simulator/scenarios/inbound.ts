import { caller, type Colleague } from '../company.ts';
import type { Scene } from '../scene.ts';
import { close, fail, farewell, fromOutside, phone, ring, sceneOf, talk, type Stage } from './stage.ts';

/** Somebody outside calls a colleague's own number. */
export function inbound(stage: Stage): Scene {
  const { draw, desk, at } = stage;
  const colleague = desk.someone(draw, at);
  const scene = sceneOf(stage)
    .now(fromOutside(caller(draw), colleague.did))
    .wait(draw.between(60, 300));
  const ending = draw.between(1, 100);
  if (ending <= 8) return busy(scene, stage, colleague);
  ring(scene, draw, phone(colleague));
  if (ending <= 66) answered(scene, stage, colleague);
  else if (ending <= 76) fail(scene.wait(draw.between(4, 12) * 1000), 'cancelled', 'caller');
  else if (ending <= 80) rejected(scene, stage, colleague);
  else voicemail(scene, stage, colleague);
  desk.take(colleague, at + scene.elapsed);
  return scene;
}

function answered(scene: Scene, { draw }: Stage, colleague: Colleague): Scene {
  scene.wait(draw.between(2, 9) * 1000).now({ kind: 'answer', key: colleague.extension });
  return farewell(talk(scene, draw, colleague.extension, [15, 150]), draw, colleague);
}

/** The phone refuses at once: its owner talks already. */
function busy(scene: Scene, { draw }: Stage, colleague: Colleague): Scene {
  scene.now({ kind: 'dial', device: phone(colleague) }).wait(draw.between(60, 200));
  scene.now({ kind: 'leave', key: colleague.extension, outcome: 'busy', cause: 17 });
  return fail(scene.wait(1500), 'busy', 'callee');
}

function rejected(scene: Scene, { draw }: Stage, colleague: Colleague): Scene {
  scene
    .wait(draw.between(1, 5) * 1000)
    .now({ kind: 'leave', key: colleague.extension, outcome: 'rejected', cause: 21 });
  return fail(scene.wait(800), 'rejected', 'callee');
}

const leavesMessage = 0.7;

/** Nobody answers; the caller reaches the mailbox, and perhaps speaks. */
function voicemail(scene: Scene, { draw }: Stage, colleague: Colleague): Scene {
  scene
    .wait(draw.between(14, 20) * 1000)
    .now({ kind: 'leave', key: colleague.extension, outcome: 'no_answer', cause: 19 });
  scene
    .wait(300)
    .now({ kind: 'voicemail', extension: colleague.extension })
    .wait(draw.between(3, 6) * 1000);
  const speaks = draw.chance(leavesMessage);
  if (speaks) scene.wait(draw.between(8, 35) * 1000);
  scene.now({ kind: 'end', outcome: 'voicemail', hungUpBy: 'caller' });
  if (speaks) scene.wait(900).now({ kind: 'message', owner: colleague, newCount: draw.between(1, 4) });
  return close(scene);
}
