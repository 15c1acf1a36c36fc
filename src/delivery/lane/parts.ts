/** What the parts of a lane have in common. */
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { Cancelled } from './cancelled.ts';
import type { Departures } from './departures.ts';
import type { LaneMemory } from './memory.ts';
import type { Order } from './order.ts';
import type { Progress } from './progress.ts';
import type { LaneRecorder, Recording } from './recording.ts';
import type { Unit } from './unit.ts';

/** What a lane needs of the world around it. */
export interface LaneContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: LaneRecorder;
  readonly memory: LaneMemory;
  subscription(number: number): Subscription | undefined;
  /** Most events one request for this subscription may carry. */
  maxBatch(subscription: Subscription): number;
}

export interface LaneParts {
  readonly context: LaneContext;
  readonly recording: Recording;
  readonly order: Order;
  readonly progress: Progress;
  readonly departures: Departures;
  readonly cancelled: Cancelled;
  /** Units under way whose deliveries are no longer in `progress`. */
  readonly untracked: Set<Unit>;
  /** Something was settled that the lane's row does not say yet. */
  dirty: boolean;
}
