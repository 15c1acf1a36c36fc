/** What the guide tells: recorded calls, each as the events that Offhook makes of it. */
import { existsSync, readFileSync } from 'node:fs';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { callScenarios } from '../../test/real/support/scenarios/index.ts';
import { packetsOf, replay } from '../../test/support/ami-replay.ts';
import { interrupted } from './interrupted.ts';

export interface Story {
  readonly name: string;
  /** What somebody at the phones would say happened. */
  readonly says: string;
  /** Empty: it was not recorded yet. */
  readonly events: readonly NewEvent[];
}

const folder = new URL('../../test/fixtures/asterisk/', import.meta.url);

function packetsIn(name: string): readonly AmiPacket[] {
  const file = new URL(`${name}.ami`, folder);
  return existsSync(file) ? packetsOf(readFileSync(file)) : [];
}

/** Every scenario, and one of them heard with interruptions. */
export function allStories(): readonly Story[] {
  const recorded = callScenarios.map(({ name, says }) => ({ name, says, events: replay(packetsIn(name)) }));
  return [...recorded, ...interrupted(packetsIn('inbound-answered'))];
}
