import { type LiveCalls, loadLiveCalls } from '../calls/live/index.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { LiveCallStore } from '../records/live-call-store.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

/** Events a restart reads again at most: what came in so long. */
const saveEveryMs = 3_000;

/** The calls in progress, brought up to the log's head and fed from there on; what to find again is saved now and then. */
export async function startLiveView(
  parts: Parts,
  { clock, logger }: Base,
  { log, records }: Store,
): Promise<LiveCalls> {
  const { live, gap } = await loadLiveCalls(log, await records.liveCalls.load());
  if (gap) logger.warn({ gap }, 'events were gone before the live view could read them; calls may be missing in it');
  await parts.add(
    'live view',
    () => log.onAppended((events) => live.apply(events)),
    async (off) => off(),
  );
  const saver = createSaver(live, { clock, logger, store: records.liveCalls });
  await parts.add(
    'live view saver',
    () => saver.start(),
    () => saver.stop(),
  );
  return live;
}

interface SaverDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: LiveCallStore;
}

function createSaver(live: LiveCalls, { clock, logger, store }: SaverDeps): Service {
  let timer: Timer | null = null;
  /** Cursor of the last save; null: what is stored is not known, so all is written. */
  let saved: number | null = null;
  let saving: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    live.expire(clock.now());
    const { seq } = live.cursor;
    if (seq === saved) return;
    const changes = live.changes(saved);
    saved = null;
    await store.save(changes);
    saved = seq;
  };
  const cycle = (): void => {
    saving = save()
      .catch((error: unknown) => logger.warn({ reason: String(error) }, 'the calls in progress could not be saved'))
      .then(() => {
        timer = clock.schedule(saveEveryMs, cycle);
      });
  };
  return {
    start: async () => cycle(),
    stop: async () => {
      await saving;
      timer?.cancel();
      await save();
    },
  };
}
