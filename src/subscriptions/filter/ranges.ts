/** Times of the years 1 to 9999 and durations of up to 10,000 years, as CEL has them. */
import { Failure, Moment, Span } from './value.ts';

const firstMs = -62_135_596_800_000;
const lastMs = 253_402_300_799_999;
const longestMs = 315_576_000_000_000;

export function moment(ms: number, at: number): Moment | Failure {
  return ms >= firstMs && ms <= lastMs ? new Moment(ms) : new Failure('the time is outside of the years 1 to 9999', at);
}

export function span(ms: number, at: number): Span | Failure {
  return Math.abs(ms) <= longestMs ? new Span(ms) : new Failure('the duration is over 10,000 years', at);
}
