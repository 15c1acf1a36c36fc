import type { Draw } from '../draw.ts';
import { inbound } from './inbound.ts';
import { internal } from './internal.ts';
import { outbound } from './outbound.ts';
import { queued } from './queue.ts';
import type { Scenario } from './stage.ts';
import { attendedTransfer, blindTransfer } from './transfers.ts';

export { morning, pause, textMessages } from './notices.ts';
export type { Stage } from './stage.ts';

/** How many of a hundred calls are of each sort. */
const calls: readonly (readonly [share: number, scenario: Scenario])[] = [
  [30, inbound],
  [26, queued],
  [24, outbound],
  [10, internal],
  [6, blindTransfer],
  [4, attendedTransfer],
];

export function chooseCall(draw: Draw): Scenario {
  let left = draw.between(1, 100);
  for (const [share, scenario] of calls) {
    left -= share;
    if (left <= 0) return scenario;
  }
  return inbound;
}
