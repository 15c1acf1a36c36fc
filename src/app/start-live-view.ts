import { type LiveCalls, loadLiveCalls } from '../calls/live/index.ts';
import type { Base } from './base.ts';
import { keepLive } from './keep-live.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

const everyMs = 3_000;

/** The calls in progress, brought up to the log's head and fed from there on; what to find again is saved now and then. */
export async function startLiveView(
  parts: Parts,
  { clock, logger }: Pick<Base, 'clock' | 'logger'>,
  { log, records: { liveCalls } }: Pick<Store, 'log' | 'records'>,
): Promise<LiveCalls> {
  const { live, gap } = await loadLiveCalls(log, await liveCalls.load());
  if (gap) logger.warn({ gap }, 'events were gone before the live view could read them; calls may be missing in it');
  const tidy = (): void => void live.expire(clock.now());
  const save = (since: number | null): Promise<void> => liveCalls.save(live.changes(since));
  await keepLive(parts, { clock, logger }, log, { name: 'live view', view: live, everyMs, tidy, save });
  return live;
}
