import { loadLivePeople, type LivePeople, type PeopleMarks } from '../calls/live/index.ts';
import type { Base } from './base.ts';
import { keepLive } from './keep-live.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

const everyMs = 30_000;
const settingName = 'live-people.marks';

/** What was told last of agents, phones, mailboxes and subscribers, brought up to the log's head and fed from there on. */
export async function startLivePeople(
  parts: Parts,
  base: Pick<Base, 'clock' | 'logger'>,
  { log, records: { settings } }: Pick<Store, 'log' | 'records'>,
): Promise<LivePeople> {
  const people = await loadLivePeople(log, readMarks(await settings.get(settingName)));
  const save = (): Promise<void> => settings.set(settingName, JSON.stringify(people.marks()));
  await keepLive(parts, base, log, { name: 'live view of people', view: people, everyMs, save });
  return people;
}

function readMarks(text: string | null): PeopleMarks | null {
  return text === null ? null : (JSON.parse(text) as PeopleMarks);
}
