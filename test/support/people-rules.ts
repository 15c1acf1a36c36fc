import type { NewEvent } from '../../src/model/event.ts';

/** What does not follow from what was told before; empty when all is well. */
export function brokenChains(events: readonly NewEvent[]): readonly string[] {
  const last = new Map<string, NewEvent>();
  return events.flatMap((event) => {
    const key = `${event.type} ${subjectOf(event)}`;
    const before = last.get(key);
    last.set(key, event);
    return before ? [...brokenBy(before, event)].map((rule) => `${key}: ${rule}`) : [];
  });
}

const subjectOf = ({ type, extension, data }: NewEvent): string =>
  String(type === 'agent.state_changed' ? data['agent'] : type === 'mailbox.changed' ? data['mailbox'] : extension);

function* brokenBy(before: NewEvent, { type, data }: NewEvent): Generator<string> {
  if (type === 'subscriber.updated') {
    const isNew = data['change'] === 'created';
    if (isNew !== (before.data['change'] === 'deleted')) yield `${String(data['change'])} does not follow`;
    return;
  }
  if (type !== 'agent.state_changed' && type !== 'presence.changed' && type !== 'mailbox.changed') return;
  if (saidBy(before.data) === saidBy(data)) yield 'it says nothing new';
  if ('previousState' in data && data['previousState'] !== before.data['state']) yield 'it was not so before';
}

const said = ['state', 'reason', 'queues', 'message', 'registered', 'newCount', 'oldCount'];
const saidBy = (data: NewEvent['data']): string => JSON.stringify(said.map((name) => data[name]));
