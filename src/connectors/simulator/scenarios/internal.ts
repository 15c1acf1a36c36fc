import type { Scene } from '../scene.ts';
import { betweenColleagues, fail, farewell, phone, ring, sceneOf, talk, type Stage } from './stage.ts';

/** One colleague calls another. */
export function internal(stage: Stage): Scene {
  const { draw, desk, at } = stage;
  const from = desk.someone(draw, at);
  const to = desk.someone(draw, at, from);
  const scene = sceneOf(stage).now(betweenColleagues(from, to)).wait(draw.between(40, 150));
  ring(scene, draw, phone(to));
  const ending = draw.between(1, 100);
  if (ending <= 10) fail(scene.wait(draw.between(3, 10) * 1000), 'cancelled', 'caller');
  else if (ending <= 22) unanswered(scene.wait(20_000), to.extension);
  else {
    scene.wait(draw.between(1, 7) * 1000).now({ kind: 'answer', key: to.extension });
    farewell(talk(scene, draw, to.extension, [8, 90]), draw, null);
  }
  for (const colleague of [from, to]) desk.take(colleague, at + scene.elapsed);
  return scene;
}

function unanswered(scene: Scene, key: string): Scene {
  scene.now({ kind: 'leave', key, outcome: 'no_answer', cause: 19 });
  return fail(scene.wait(200), 'no_answer', 'system');
}
