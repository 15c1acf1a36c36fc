import type { MatchIndex } from '../../subscriptions/match-index.ts';

/** What the lane of a replay reads, where that of its endpoint's live lane is what the router and the log's end say. */
export interface ReplaySource {
  /** Public number of the replay. */
  readonly number: number;
  /** It reads nothing beyond this sequence. */
  readonly end: number;
  /** Requests a second at most, whatever the endpoint allows. */
  readonly ratePerSecond: number;
  /** Nothing of it starts: one of its subscriptions is paused. */
  readonly paused: boolean;
  /** Who gets what of it. */
  readonly index: MatchIndex;
}
