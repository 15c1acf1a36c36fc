import { caller, type Colleague } from '../company.ts';
import type { Scene } from '../scene.ts';
import {
  betweenColleagues,
  close,
  farewell,
  fail,
  fromOutside,
  phone,
  ring,
  sceneOf,
  talk,
  type Stage,
} from './stage.ts';

interface Cast {
  readonly scene: Scene;
  readonly first: Colleague;
  readonly target: Colleague;
}

/** A call that `first` has answered and talks in. */
function answeredCall(stage: Stage): Cast {
  const { draw, desk, at } = stage;
  const first = desk.someone(draw, at);
  const target = desk.someone(draw, at, first);
  const scene = sceneOf(stage)
    .now(fromOutside(caller(draw), first.did))
    .wait(draw.between(60, 300));
  ring(scene, draw, phone(first))
    .wait(draw.between(2, 8) * 1000)
    .now({ kind: 'answer', key: first.extension });
  return { scene: scene.wait(draw.between(10, 45) * 1000), first, target };
}

function occupy(stage: Stage, { scene, first, target }: Cast): Scene {
  for (const colleague of [first, target]) stage.desk.take(colleague, stage.at + scene.elapsed);
  return scene;
}

const targetAnswers = 0.8;

/** A colleague sends the caller on to another without asking. */
export function blindTransfer(stage: Stage): Scene {
  const { draw } = stage;
  const cast = answeredCall(stage);
  const { scene, first, target } = cast;
  const transfer = { kind: 'blind', by: first.extension, target: target.extension } as const;
  scene.now({ kind: 'transfer.start', transfer, consultation: null });
  scene.now({ kind: 'leave', key: first.extension, outcome: 'transferred', cause: 16 }).wait(draw.between(50, 200));
  ring(scene, draw, phone(target), 0, true);
  if (draw.chance(targetAnswers)) {
    scene.wait(draw.between(2, 9) * 1000).now({ kind: 'answer', key: target.extension });
    scene.now({ kind: 'transfer.complete', by: first.extension, device: null });
    farewell(talk(scene, draw, target.extension, [15, 120]), draw, target);
  } else {
    scene.wait(20_000).now({ kind: 'leave', key: target.extension, outcome: 'no_answer', cause: 19 });
    fail(scene.now({ kind: 'transfer.fail', reason: 'no_answer' }).wait(300), 'answered', 'system');
  }
  return occupy(stage, cast);
}

const mainCall = 0;
const consultation = 1;

/** A colleague asks another first, in a call of its own, and then joins the two. */
export function attendedTransfer(stage: Stage): Scene {
  const { draw } = stage;
  const cast = answeredCall(stage);
  const { scene, first, target } = cast;
  scene.now({ kind: 'hold', key: first.extension }).wait(draw.between(500, 1500));
  scene.now(betweenColleagues(first, target), consultation).wait(draw.between(40, 150));
  ring(scene, draw, phone(target), consultation).wait(draw.between(1, 6) * 1000);
  scene.now({ kind: 'answer', key: target.extension }, consultation).wait(draw.between(4, 20) * 1000);
  join(scene, stage, first, target);
  close(scene, consultation);
  farewell(talk(scene, draw, target.extension, [15, 120]), draw, target);
  return occupy(stage, cast);
}

function join(scene: Scene, stage: Stage, first: Colleague, target: Colleague): void {
  const transfer = { kind: 'attended', by: first.extension, target: target.extension } as const;
  scene.now({ kind: 'transfer.start', transfer, consultation: stage.callId(consultation) });
  scene.now({ kind: 'relate', callId: stage.callId(consultation) });
  scene.now({ kind: 'transfer.complete', by: first.extension, device: phone(target) });
  scene.now({ kind: 'relate', callId: stage.callId(mainCall) }, consultation);
  for (const key of [target.extension, 'caller']) {
    scene.now({ kind: 'leave', key, outcome: 'transferred', cause: 16 }, consultation);
  }
  scene.now({ kind: 'end', outcome: 'answered', hungUpBy: 'system' }, consultation);
}
