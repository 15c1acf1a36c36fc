/** What every live view needs beside what it shows: events as they come, and being saved, so that a restart finds it again. */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Event } from '../model/event.ts';
import type { Parts } from './parts.ts';

/** A view that was brought up to the log's head. */
interface View {
  readonly cursor: { readonly seq: number };
  apply(events: readonly Event[]): void;
}

export interface Kept {
  /** Of the part, in the log. */
  readonly name: string;
  readonly view: View;
  /** A crash loses no more than this of what is saved; what came since is read again from the log. */
  readonly everyMs: number;
  /** Before it is decided whether there is something to save. */
  readonly tidy?: () => void;
  /** @param since the cursor when it was saved last; null: what is stored is not known, so all of it is to be */
  readonly save: (since: number | null) => Promise<void>;
}

export interface KeepDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** To be called in the turn in which the view was loaded, so that it misses nothing. */
export async function keepLive(
  parts: Parts,
  deps: KeepDeps,
  log: Pick<EventLog, 'onAppended'>,
  kept: Kept,
): Promise<void> {
  await parts.add(
    kept.name,
    () => log.onAppended((events) => kept.view.apply(events)),
    async (off) => off(),
  );
  const saver = createSaver(kept, deps);
  await parts.add(
    `${kept.name} saver`,
    () => saver.start(),
    () => saver.stop(),
  );
}

function createSaver({ name, view, everyMs, tidy, save }: Kept, { clock, logger }: KeepDeps): Service {
  let timer: Timer | null = null;
  /** Cursor of the last save; null: what is stored is not known. */
  let saved: number | null = null;
  let saving: Promise<void> = Promise.resolve();
  const saveNow = async (): Promise<void> => {
    tidy?.();
    const { seq } = view.cursor;
    if (seq === saved) return;
    const since = saved;
    saved = null;
    await save(since);
    saved = seq;
  };
  const cycle = (): void => {
    saving = saveNow()
      .catch((error: unknown) => logger.warn({ part: name, reason: String(error) }, 'a live view could not be saved'))
      .then(() => {
        timer = clock.schedule(everyMs, cycle);
      });
  };
  return {
    start: async () => cycle(),
    stop: async () => {
      await saving;
      timer?.cancel();
      await saveNow();
    },
  };
}
