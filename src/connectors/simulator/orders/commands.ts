/** Commands to the company that does not exist: what is ordered is played like everything else. */
import type { CallOrder, CommandResult, Destination, PhoneCommands } from '../../../calls/commands.ts';
import { createJudge, createSameness } from '../../number-policy.ts';
import { isLive } from '../call-state.ts';
import type { Player } from '../player.ts';
import { hangUpStory, storyOf, transferStory } from './story.ts';

export interface CommandParts {
  readonly extensions: string;
  readonly country: string;
  readonly speed: number;
  /** Null while it does not play. */
  readonly player: () => Player | null;
  /** Whether the log has taken what was told so far. */
  readonly kept: () => Promise<boolean>;
}

/** Nobody is really called, so every number may be. */
const everywhere = ['+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

export class SimulatedCommands implements PhoneCommands {
  readonly judge: PhoneCommands['judge'];
  readonly isSame: PhoneCommands['isSame'];
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.judge = createJudge({ extensions: parts.extensions, country: parts.country, prefixes: everywhere });
    this.isSame = createSameness(parts.country);
  }

  async originate(order: CallOrder, named: (callId: string) => Promise<void>): Promise<CommandResult> {
    const player = this.#parts.player();
    if (!player) return { kind: 'not_connected' };
    const callId = player.perform(storyOf(order, this.#parts.speed));
    if (!(await this.#parts.kept())) {
      player.interrupt(callId, hangUpStory(false, this.#parts.speed));
      return { kind: 'log_full' };
    }
    try {
      await named(callId);
    } catch (error) {
      player.interrupt(callId, hangUpStory(false, this.#parts.speed));
      throw error;
    }
    return { kind: 'taken' };
  }

  async hangUp(callId: string): Promise<CommandResult> {
    const player = this.#parts.player();
    const state = player?.find(callId);
    if (!player || !state) return { kind: player ? 'no_call' : 'not_connected' };
    player.interrupt(callId, hangUpStory(state.call.answeredAt !== null, this.#parts.speed));
    return { kind: 'taken' };
  }

  async transfer(callId: string, by: string, to: Destination): Promise<CommandResult> {
    const player = this.#parts.player();
    const state = player?.find(callId);
    if (!player || !state) return { kind: player ? 'no_call' : 'not_connected' };
    const found = [...state.legs].find(([, leg]) => leg.extension === by && leg.answeredAt !== null && isLive(leg));
    if (!found) return { kind: 'not_now', problem: `${by} does not talk in it` };
    const target = `sent-on-${state.legs.size}`;
    player.interrupt(callId, transferStory({ key: found[0], by }, to, target, this.#parts.speed));
    return { kind: 'taken' };
  }
}
