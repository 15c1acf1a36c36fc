/**
 * What holds of every post of every call that was recorded, whatever the call: which events make posts, how many there are of
 * a leg, and which parameters stand where. The posts themselves are in `fixtures/voipnow/`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hangupStatuses } from '../src/dialects/voipnow/status.ts';
import { ringme, voipnow } from '../src/dialects/voipnow/index.ts';
import type { Dialect } from '../src/dialects/dialect.ts';
import type { NewEvent } from '../src/model/event.ts';
import { replay } from './support/ami-replay.ts';
import { encodeContextOf } from './support/encode-context.ts';
import { recorded, recordingNames } from './support/recordings.ts';
import { recordedExtensions } from './support/vendor-posts.ts';

interface Post {
  /** What it was made of. */
  readonly of: NewEvent['type'];
  readonly extension: string;
  readonly is: Readonly<Record<string, string>>;
}

function postsOf(events: readonly NewEvent[], dialect: Dialect, method: 'GET' | 'POST' = 'POST'): Post[] {
  return events.flatMap((event, index) =>
    event.extensions.flatMap((extension) => {
      const facts = { extension, directory: recordedExtensions, method, url: 'https://crm.example/hook?key=1' };
      const stored = { ...event, seq: index + 1, acceptedAt: event.time };
      const encoded = dialect.encode([stored], encodeContextOf(facts));
      if (encoded.kind !== 'request') return [];
      const parameters = new URLSearchParams(
        method === 'GET' ? new URL(encoded.url ?? '').search : String(encoded.body),
      );
      if (method === 'GET') {
        assert.equal(parameters.get('key'), '1', 'its own query stays');
        parameters.delete('key');
      }
      return [{ of: event.type, extension, is: Object.fromEntries(parameters) }];
    }),
  );
}

const told = recordingNames.map((name) => ({ name, events: replay(recorded(name)) }));
const ofEach = (dialect: Dialect, check: (posts: readonly Post[], name: string) => void): void => {
  for (const { name, events } of told) check(postsOf(events, dialect), name);
};
const ofLegs = (check: (posts: readonly Post[], name: string) => void): void =>
  ofEach(ringme, (posts, name) =>
    check(
      posts.filter(({ of }) => of.startsWith('leg.')),
      name,
    ),
  );
const kindOf = ({ is }: Post): string => String(is['EventType']);
const isMachine = ({ of }: Post): boolean => of === 'leg.closed';
const count = (posts: readonly Post[], kind: string): number => posts.filter((post) => kindOf(post) === kind).length;

test('posts are made of legs and voice messages alone: the end of a call makes none', () => {
  const makers = new Set(['leg.dial_in', 'leg.dial_out', 'leg.answered', 'leg.ended', 'leg.closed', 'voicemail.left']);
  for (const dialect of [ringme, voipnow]) {
    ofEach(dialect, (posts, name) => {
      for (const { of } of posts) assert.ok(makers.has(of), `${name}: ${of}`);
    });
  }
  ofLegs((posts, name) => {
    for (const post of posts) {
      const isEnd = post.of === 'leg.ended' || isMachine(post);
      assert.equal(kindOf(post) === 'hangup', isEnd, `${name}: ${post.of} is ${kindOf(post)}`);
    }
  });
});

// Of a leg that goes on in another call, as one of a consultation does, the id stays and that of the call changes.
test('a leg dials once, hangs up once, and answers once where it hangs up with ANSWER', () => {
  ofLegs((posts, name) => {
    for (const [leg, own] of Map.groupBy(posts, ({ is }) => is['SubCallID'])) {
      const what = `${name}: ${leg}: ${own.map(kindOf).join(' ')}`;
      assert.equal(new Set(own.map(({ extension }) => extension)).size, 1, what);
      assert.equal(count(own, 'hangup'), 1, what);
      const machine = own.some(isMachine);
      assert.equal(count(own, 'dial-in') + count(own, 'dial-out'), machine ? 0 : 1, what);
      const isAnswered = own.some((post) => kindOf(post) === 'hangup' && post.is['CallStatus'] === 'ANSWER');
      assert.equal(count(own, 'answer'), isAnswered && !machine ? 1 : 0, what);
      assert.equal(kindOf(own.at(-1) as Post), 'hangup', what);
    }
  });
});

test('each parameter of Ringme stands where the guide has it, and nowhere else', () => {
  const statuses: Readonly<Record<string, readonly string[]>> = {
    'dial-in': ['CALLING'],
    'dial-out': ['CALLING'],
    answer: ['ANSWER'],
    hangup: hangupStatuses,
  };
  ofLegs((posts, name) => {
    for (const post of posts) {
      const { is } = post;
      const kind = kindOf(post);
      const what = `${name}: ${JSON.stringify(is)}`;
      assert.equal('Bridged' in is, isMachine(post), what);
      assert.ok(!('Bridged' in is) || is['Bridged'] === 'yes' || is['Bridged'] === 'no', what);
      assert.ok(!('RecID' in is) || kind === 'hangup', what);
      assert.equal('Duration' in is, kind === 'hangup', what);
      assert.match(is['Duration'] ?? '0', /^\d+$/, what);
      assert.match(is['EventTime'] ?? '', /^\d{16}$/, what);
      assert.match(is['CallFlow'] ?? '', /^(in|out)$/, what);
      assert.ok(!('Transfered' in is) || (is['Transfered'] === 'yes' && is['CallFlow'] === 'out'), what);
      assert.ok(!('RemoteNumber' in is) || kind === 'dial-in', what);
      assert.ok(statuses[kind]?.includes(is['CallStatus'] ?? ''), what);
      assert.equal(
        is[is['CallFlow'] === 'out' ? 'CallerExtensionID' : 'CalledExtensionID'],
        String(5000 + Number(post.extension)),
        what,
      );
    }
  });
});

test('Bridged is of the whole call: yes where some phone talked with who called, also later', () => {
  let answered = 0;
  ofLegs((posts, name) => {
    for (const [call, own] of Map.groupBy(posts, ({ is }) => is['CallID'])) {
      const talked = own.some((post) => !isMachine(post) && kindOf(post) === 'answer' && post.is['CallFlow'] === 'in');
      for (const machine of own.filter(isMachine)) {
        assert.equal(machine.is['Bridged'], talked ? 'yes' : 'no', `${name}: ${call} at ${machine.extension}`);
        if (talked) answered++;
      }
    }
  });
  assert.ok(answered > 0);
});

test('by GET there is the same in the query, after the URL’s own', () => {
  for (const { name, events } of told) {
    for (const dialect of [ringme, voipnow]) {
      assert.deepEqual(postsOf(events, dialect, 'GET'), postsOf(events, dialect), name);
    }
  }
});
