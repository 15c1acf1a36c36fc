/** What every EventLog driver promises about erasing a number. */
import assert from 'node:assert/strict';
import type { EventLog } from '../../src/log/event-log.ts';
import { erasedNumber } from '../../src/model/erasure/erased-number.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { eventNamed, type LogUnderTest, readAll } from './event-log-support.ts';

type WithLog = (title: string, run: (under: LogUnderTest) => Promise<void>) => void;

const number = erasedNumber(['+12157010680']);
const everywhere = { reseller: '*', domain: '*' };
const naming = (id: string, changes: Partial<NewEvent> = {}): NewEvent =>
  eventNamed(id, { data: { text: 'call +1 215 701 0680' }, ...changes });

/** Page by page; the sequences it was erased from. */
async function eraseAll(log: EventLog, scope = everywhere, dryRun = false): Promise<number[]> {
  const found: number[] = [];
  const upTo = log.head();
  for (let after = 0; after < upTo; ) {
    const page = await log.erase({ number, scope, after, upTo, dryRun });
    assert.ok(page.scannedTo > after, 'every page goes on');
    found.push(...page.found);
    after = page.scannedTo;
  }
  return found;
}

const textsOf = async (log: EventLog): Promise<unknown[]> => (await readAll(log)).map(({ data }) => data['text']);

export function eventLogErasing(withLog: WithLog): void {
  withLog('erases a number, in every way it gives events, also after it was opened again', async ({ log, reopen }) => {
    await log().append([naming('a'), eventNamed('b'), naming('c')]);
    await log().read({ after: 0, limit: 10 });
    assert.deepEqual(await eraseAll(log()), [1, 3]);
    const check = async (): Promise<void> => {
      assert.deepEqual(await textsOf(log()), ['call erased', 'about b', 'call erased']);
      const [first] = await log().get([1]);
      const [found] = await log().findById('a');
      assert.deepEqual([first?.data['text'], found?.data['text']], ['call erased', 'call erased']);
      const [spared] = await log().get([1], { sparing: true });
      assert.equal(spared?.data['text'], 'call erased');
      const { events } = await log().read({ after: 0, limit: 10, sparing: true });
      assert.deepEqual([events[0]?.data['text'], events[0]?.id, events[0]?.seq], ['call erased', 'a', 1]);
    };
    await check();
    assert.deepEqual(await eraseAll(log()), [], 'a second time it finds nothing');
    await reopen?.();
    await check();
  });

  withLog('looks without changing anything', async ({ log }) => {
    await log().append([naming('a'), eventNamed('b')]);
    assert.deepEqual(await eraseAll(log(), everywhere, true), [1]);
    assert.deepEqual(await textsOf(log()), ['call +1 215 701 0680', 'about b']);
  });

  withLog('erases only within a scope, and up to a sequence', async ({ log }) => {
    const other = { domain: 'other', reseller: 'r2' };
    await log().append([naming('a'), naming('b', other), naming('c', { ...other, domain: 'acme' })]);
    const page = await log().erase({ number, scope: { reseller: '*', domain: 'acme' }, after: 0, upTo: 2 });
    assert.deepEqual([page.found, page.scannedTo], [[1], 2]);
    assert.deepEqual(await eraseAll(log(), { reseller: 'r2', domain: '*' }), [2, 3]);
    assert.deepEqual(await eraseAll(log()), []);
  });

  withLog('an event that is sent again with what was erased is a duplicate', async ({ log, reopen }) => {
    await log().append([naming('a'), eventNamed('b')]);
    await eraseAll(log());
    await reopen?.();
    const again = await log().append([naming('a'), naming('a', { data: { text: 'other' } }), naming('b')]);
    assert.deepEqual(
      again.map(({ kind, seq }) => [kind, seq]),
      [
        ['accepted', 1],
        ['accepted', 1],
        ['conflict', 2],
      ],
    );
    assert.deepEqual(await textsOf(log()), ['call erased', 'about b']);
    assert.equal((await log().append([naming('a', { domain: 'other' })]))[0]?.kind, 'conflict', 'of another domain');
  });

  withLog('tells who holds events which ones changed', async ({ log }) => {
    const told: number[] = [];
    const off = log().onErased((seqs) => void told.push(...seqs));
    await log().append([naming('a'), eventNamed('b'), naming('c')]);
    await eraseAll(log(), everywhere, true);
    assert.deepEqual(told, []);
    await eraseAll(log());
    assert.deepEqual(told, [1, 3]);
    off();
  });

  withLog('counts what names it where it has to stay', async ({ log }) => {
    await log().append([eventNamed('id-12157010680', { data: { messageId: '12157010680' } })]);
    const page = await log().erase({ number, scope: everywhere, after: 0, upTo: 1 });
    assert.deepEqual(page, { scannedTo: 1, found: [], kept: 1 });
  });

  withLog('what is being read while the last page is erased says nothing of it', async ({ log, reopen }) => {
    // More than the newest that are held in memory.
    const many = Array.from({ length: 1_500 }, (_none, at) => naming(`a${String(at).padStart(4, '0')}`));
    await log().append(many);
    await reopen?.();
    const upTo = log().head();
    let after = 0;
    while (after < 1_000) after = (await log().erase({ number, scope: everywhere, after, upTo })).scannedTo;
    const last = async (): Promise<void> => {
      while (after < upTo) after = (await log().erase({ number, scope: everywhere, after, upTo })).scannedTo;
    };
    const reads = Array.from({ length: 20 }, () => log().read({ after: 1_000, limit: 400 }));
    const erased = last().then(() => 'erased');
    const late = await Promise.all(
      reads.map(async (read) => {
        const { events } = await read;
        const isErased = await Promise.race([erased, Promise.resolve('not yet')]);
        return { isErased, texts: events.map(({ data }) => data['text']) };
      }),
    );
    await erased;
    for (const { isErased, texts } of late) {
      if (isErased === 'erased') assert.ok(texts.every((text) => text === 'call erased'));
    }
    assert.ok((await textsOf(log())).every((text) => text === 'call erased'));
  });

  withLog('an erased event is trimmed like any other, and its sequence forgotten', async ({ log, clock }) => {
    await log().append([naming('a')]);
    await eraseAll(log());
    clock.advance(10_000_000);
    await log().trim({ acceptedBefore: clock.now(), limit: 10 });
    assert.deepEqual(await eraseAll(log()), []);
    assert.deepEqual(await log().append([naming('a')]), [{ kind: 'accepted', id: 'a', seq: 2, duplicate: false }]);
    assert.equal((await log().append([naming('a', { data: {} })]))[0]?.kind, 'conflict');
  });
}
