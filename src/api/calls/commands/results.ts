import type { CommandResult } from '../../../calls/commands.ts';
import type { Problem } from '../../problems/problem.ts';

const retryAfter = 5;

/** What a phone system says may be a sentence already. */
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What is wrong; null: the phone system took it, or may have. */
export function problemOf(result: CommandResult): Problem | null {
  switch (result.kind) {
    case 'taken':
    case 'unknown':
      return null;
    case 'refused':
      return { code: 'phone_system_refused', detail: asSentence(`The phone system said: ${result.problem}`) };
    case 'cannot':
      return { code: 'commands_off', detail: asSentence(`As it is configured, ${result.problem}`) };
    case 'not_connected':
      return { code: 'phone_system_down', retryAfter };
    case 'too_many':
      return { code: 'too_many_orders', retryAfter: Math.ceil(result.waitMs / 1_000) };
    case 'log_full':
      return { code: 'log_full', retryAfter };
    case 'no_call':
      return { code: 'call_over' };
    case 'not_now':
      return { code: 'call_not_ready', detail: asSentence(`Not now: ${result.problem}`) };
  }
}
