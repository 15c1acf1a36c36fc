import { loadLivePeople, type LivePeople, type PeopleMarks } from '../calls/live/index.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Service } from '../kit/service.ts';
import type { SettingsStore } from '../records/settings-store.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

/** A crash loses no more than this of what is saved; what came since is read again from the log. */
const saveEveryMs = 30_000;
const settingName = 'live-people.marks';

/** What was told last of agents, phones, mailboxes and subscribers, brought up to the log's head and fed from there on. */
export async function startLivePeople(
  parts: Parts,
  { clock, logger }: Pick<Base, 'clock' | 'logger'>,
  { log, records }: Pick<Store, 'log' | 'records'>,
): Promise<LivePeople> {
  const people = await loadLivePeople(log, readMarks(await records.settings.get(settingName)));
  await parts.add(
    'live view of people',
    () => log.onAppended((events) => people.apply(events)),
    async (off) => off(),
  );
  const saver = createSaver(people, { clock, logger, settings: records.settings });
  await parts.add(
    'live view of people saver',
    () => saver.start(),
    () => saver.stop(),
  );
  return people;
}

function readMarks(text: string | null): PeopleMarks | null {
  return text === null ? null : (JSON.parse(text) as PeopleMarks);
}

interface SaverDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: SettingsStore;
}

function createSaver(people: LivePeople, { clock, logger, settings }: SaverDeps): Service {
  let timer: Timer | null = null;
  let saved = -1;
  let saving: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    const marks = people.marks();
    if (marks.cursor === saved) return;
    await settings.set(settingName, JSON.stringify(marks));
    saved = marks.cursor;
  };
  const cycle = (): void => {
    saving = save()
      .catch((error: unknown) => logger.warn({ reason: String(error) }, 'the state of people could not be saved'))
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
