/** Recorded transfers of which a part was not heard: what is found afterwards is what happened, or less. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { companyRules, packetsOf } from '../../../test/support/ami-replay.ts';
import { checkAllOver, checkInvariants } from '../../../test/support/call-invariants.ts';
import { pictureAfter } from '../../../test/support/picture.ts';
import { waysToBeAway } from '../../../test/support/tracker-away.ts';
import { openCallsOf, track } from '../../../test/support/tracker-run.ts';
import type { Signal } from '../../calls/signal.ts';
import { createTracker } from '../../calls/tracker/index.ts';
import type { NewEvent } from '../../model/event.ts';
import { EventReader } from './normaliser/reader.ts';

const folder = new URL('../../../test/fixtures/asterisk/', import.meta.url);
const names = readdirSync(folder).filter((name) => /^(attended|blind).*\.ami$/.test(name));
/** Places in a recording at which hearing ends or begins again; each pair of them is tried. */
const places = 16;

function signalsIn(name: string): Signal[] {
  const reader = new EventReader();
  return packetsOf(readFileSync(new URL(name, folder))).flatMap((packet) => reader.read(packet, 0));
}

function hear(signals: readonly Signal[], until: number, from: number, how: (typeof waysToBeAway)[number]) {
  let tracker = createTracker(companyRules);
  const before = signals.slice(0, until).flatMap((signal) => tracker.apply(signal));
  if (how === 'down') {
    tracker = createTracker(companyRules);
    tracker.restore(openCallsOf(before));
  }
  const found = tracker.apply(pictureAfter(signals.slice(0, from), signals[from - 1]?.at ?? 0));
  const after = signals.slice(from).flatMap((signal) => tracker.apply(signal));
  const late = tracker.tick((tracker.now() ?? 0) + 60_000);
  return { found, all: [...before, ...found, ...after, ...late] };
}

const transfersIn = (events: readonly NewEvent[]): NewEvent[] =>
  events.filter(({ type }) => type === 'transfer.started' || type === 'transfer.completed');
const inWords = ({ data }: NewEvent): string => `${String(data['by'])} to ${String(data['target'])}`;

let foundAtAll = 0;
for (const name of names) {
  test(`${name}: wherever hearing ends and begins again, no transfer is found that there was not`, () => {
    const signals = signalsIn(name);
    const real = new Set(transfersIn(track(signals, companyRules)).map(inWords));
    const step = Math.ceil(signals.length / places);
    for (let until = step; until < signals.length; until += step) {
      for (let from = until; from <= signals.length; from += step) {
        for (const how of waysToBeAway) {
          const { found, all } = hear(signals, until, from, how);
          checkAllOver(checkInvariants(all));
          for (const transfer of transfersIn(found)) {
            assert.ok(real.has(inWords(transfer)), `${until} to ${from}, ${how}: ${inWords(transfer)}`);
            foundAtAll++;
          }
        }
      }
    }
  });
}

test('some were found', () => assert.ok(foundAtAll > 50, String(foundAtAll)));
