import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AmiFlaw } from './flaw.ts';
import type { AmiPacket } from './packet.ts';
import { type AmiLimits, AmiParser } from './parser.ts';

interface Parsed {
  readonly banners: string[];
  readonly packets: AmiPacket[];
  readonly violations: string[];
  readonly flaws: AmiFlaw[];
}

function parse(chunks: Iterable<Buffer>, limits?: AmiLimits): Parsed {
  const parsed: Parsed = { banners: [], packets: [], violations: [], flaws: [] };
  const parser = new AmiParser(
    {
      banner: (line) => parsed.banners.push(line),
      packet: (packet) => parsed.packets.push(packet),
      violation: (problem) => parsed.violations.push(problem),
      flaw: (flaw) => parsed.flaws.push(flaw),
    },
    limits,
  );
  for (const chunk of chunks) parser.push(chunk);
  return parsed;
}

const plain = (parsed: Parsed): unknown => ({
  ...parsed,
  packets: parsed.packets.map(({ headers, truncated, bytes }) => ({ headers, truncated, bytes })),
});

const banner = 'Asterisk Call Manager/11.0.0\r\n';
const small = Buffer.from(
  `${banner}Event: Newchannel\r\nUniqueid: 1.1\r\nCallerIDName: J\u00f6rg \u{1F4DE} \\"Q\\"\r\nChanVariable: a=1\r\n` +
    'ChanVariable: b=2\\n3\r\n\r\nResponse: Success\r\nActionID: 7\r\n\r\n',
);

test('reads the banner, headers, repeated headers and escapes', () => {
  const { banners, packets } = parse([small]);
  assert.deepEqual(banners, ['Asterisk Call Manager/11.0.0']);
  assert.equal(packets.length, 2);
  const [first, second] = packets;
  assert.equal(first?.event, 'Newchannel');
  assert.equal(first?.get('calleridname'), 'J\u00f6rg \u{1F4DE} "Q"');
  assert.deepEqual(first?.all('ChanVariable'), ['a=1', 'b=2 3']);
  assert.equal(second?.response, 'Success');
  assert.equal(second?.actionId, '7');
});

test('cut at every byte offset, and a byte at a time, the packets are the same', () => {
  const whole = plain(parse([small]));
  for (let cut = 0; cut <= small.length; cut++) {
    assert.deepEqual(plain(parse([small.subarray(0, cut), small.subarray(cut)])), whole, `cut at ${cut}`);
  }
  assert.deepEqual(plain(parse(Array.from(small, (byte) => Buffer.of(byte)))), whole);
});

const captures = new URL('../../../../test/fixtures/asterisk/', import.meta.url);
const names = readdirSync(captures).filter((name) => name.endsWith('.ami'));

/** Packets of the same headers are cut alike: one of each is cut everywhere. */
const tried = new Set<string>();
function isNew(part: Buffer): boolean {
  const shape = part.toString('latin1').replace(/: .*/g, '');
  return !tried.has(shape) && tried.add(shape) !== undefined;
}

for (const name of names) {
  test(`${name}: cut at every byte offset, and a byte at a time, the packets are the same`, () => {
    const stream = readFileSync(new URL(name, captures));
    const expected = plain(parse([stream]));
    assert.deepEqual(plain(parse(Array.from(stream, (byte) => Buffer.of(byte)))), expected);
    // After a packet nothing is held, so a cut can matter only to the packet it is in and the next: each is tried
    // alone, followed by a small one, instead of with the whole stream, which would take minutes.
    for (const part of packetByPacket(stream).filter(isNew)) {
      const whole = textOf(parse([part]));
      for (let cut = 0; cut <= part.length; cut++) {
        const cutInTwo = textOf(parse([part.subarray(0, cut), part.subarray(cut)]));
        if (cutInTwo !== whole) assert.equal(cutInTwo, whole, `cut at ${cut}`);
      }
    }
  });
}

/** For each packet: the greeting, the packet, and a small one. */
function packetByPacket(stream: Buffer): Buffer[] {
  const [head = '', ...packets] = stream.toString('latin1').split(/(?<=\r\n\r\n)/);
  const [greeting = '', first = ''] = head.split(/(?<=^[^\r]*\r\n)/);
  return [first, ...packets].map((packet) => Buffer.from(`${greeting}${packet}A: b\r\n\r\n`, 'latin1'));
}

/** Everything parsed, as one string: cheap to compare. */
function textOf({ banners, packets, violations }: Parsed): string {
  const text = packets.map((packet) => packet.headers.map(([name, value]) => `${name}\0${value}`).join('\n'));
  return [...banners, ...violations, ...text].join('\n\n');
}

test('a bare line feed is part of a value and forges no header', () => {
  const { packets } = parse([Buffer.from(`${banner}Event: X\r\nCallerIDNum: 1\nUniqueid: forged\n\r\nA: b\r\n\r\n`)]);
  assert.equal(packets[0]?.get('Uniqueid'), null);
  assert.equal(packets[0]?.get('CallerIDNum'), '1 Uniqueid: forged ');
  assert.equal(packets[0]?.get('A'), 'b');
});

test('bytes that are no UTF-8 are read as Latin-1', () => {
  const { packets } = parse([Buffer.from(`${banner}Event: X\r\nCallerIDName: J\u00f6rg\r\n\r\n`, 'latin1')]);
  assert.equal(packets[0]?.get('CallerIDName'), 'J\u00f6rg');
});

test('what can not be read as it should be is told, with its beginning', () => {
  const latin = Buffer.from('CallerIDName: J\u00f6rg', 'latin1');
  const stream = [Buffer.from(`${banner}Event: X\r\nnonsense\r\n: y\r\n`), latin, Buffer.from('\r\n\r\n')];
  assert.deepEqual(parse([Buffer.concat(stream)]).flaws, [
    { kind: 'broken_line', text: 'nonsense' },
    { kind: 'broken_line', text: ': y' },
    { kind: 'not_utf8', text: 'CallerIDName: J\u00f6rg' },
  ]);
  const long = parse([Buffer.from(`X/1\r\nEvent: ${'x'.repeat(100)}\r\n\r\n`)], tight);
  assert.deepEqual(long.flaws, [{ kind: 'cut_line', text: `Event: ${'x'.repeat(25)}` }]);
  const endless = parse([Buffer.from(`X/1\r\nEvent: ${'x'.repeat(300)}`)], tight);
  assert.deepEqual(
    endless.flaws.map(({ kind, text }) => [kind, text.length]),
    [['oversized', 200]],
  );
});

test('real ones among packets that are none are read', () => {
  const { packets, flaws } = parse([Buffer.from(`${banner}\r\n\r\n\r\nA: b\r\n\r\n\r\nno\r\n\r\nC: d\r\n\r\n`)]);
  assert.deepEqual(
    packets.map(({ headers }) => headers),
    [[['A', 'b']], [['C', 'd']]],
  );
  assert.equal(flaws.length, 1);
});

test('a header of 50 MB is not held', () => {
  const seen = { packets: 0, violations: 0, flaws: 0 };
  const parser = new AmiParser({
    banner: () => {},
    packet: () => seen.packets++,
    violation: () => seen.violations++,
    flaw: () => seen.flaws++,
  });
  parser.push(Buffer.from(`${banner}Event: X\r\nA: `));
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(65_536, 0x41);
  let most = 0;
  for (let sent = 0; sent < 50_000_000; sent += piece.length) {
    parser.push(piece);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  assert.ok(most - before < 8_000_000, `${most - before} bytes`);
  assert.deepEqual(seen, { packets: 0, violations: 1, flaws: 1 });
});

test('NUL and other control characters do not get through', () => {
  const { packets } = parse([Buffer.from(`${banner}Event: X\r\nA\u0000b: c\u0000\u001b[2Jd\r\n\r\n`)]);
  assert.equal(packets[0]?.get('Ab'), 'c[2Jd');
});

const tight: AmiLimits = { lineBytes: 32, packetBytes: 200 };

test('a line that is too long is cut and its packet says so', () => {
  const { packets, violations } = parse(
    [Buffer.from(`X/1\r\nEvent: ${'x'.repeat(100)}\r\nA: b\r\n\r\nC: d\r\n\r\n`)],
    tight,
  );
  assert.equal(packets[0]?.get('Event'), 'x'.repeat(25));
  assert.equal(packets[0]?.get('A'), 'b');
  assert.deepEqual(
    packets.map((packet) => packet.truncated),
    [true, false],
  );
  assert.deepEqual(violations, []);
});

test('a line exactly as long as allowed is whole, however it is cut', () => {
  const stream = Buffer.from(`X/1\r\nEvent: ${'x'.repeat(25)}\r\n\r\n`);
  for (let cut = 0; cut <= stream.length; cut++) {
    const { packets } = parse([stream.subarray(0, cut), stream.subarray(cut)], tight);
    assert.equal(packets[0]?.truncated, false, `cut at ${cut}`);
    assert.equal(packets[0]?.get('Event'), 'x'.repeat(25));
  }
});

test('an endless packet and an endless line end in one violation', () => {
  const endless = [Buffer.from('X/1\r\n'), ...Array.from({ length: 100 }, () => Buffer.from('A: b\r\n'))];
  assert.equal(parse(endless, tight).violations.length, 1);
  const line = [Buffer.from('X/1\r\nEvent: '), ...Array.from({ length: 100 }, () => Buffer.alloc(1000, 0x41))];
  assert.equal(parse(line, tight).violations.length, 1);
  assert.deepEqual(parse([Buffer.alloc(5000, 0x41)], tight).banners, []);
});

test('any bytes in any cut: no throw, limits hold, and the cut does not matter', () => {
  const soup = fc.array(
    fc.oneof(
      fc.constantFrom('\r\n', '\r', '\n', ': ', ':', 'Event', 'a', '\\', '\\n', '\u{1F4DE}', '\u0000', '\r\n\r\n'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(soup, fc.array(fc.nat(400), { maxLength: 8 }), (parts, cuts) => {
      const stream = Buffer.from(parts.join(''));
      const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
      const chunks = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));
      const whole = parse([stream], tight);
      assert.deepEqual(plain(parse(chunks, tight)), plain(whole));
      for (const packet of whole.packets) {
        for (const [name, value] of packet.headers) assert.doesNotMatch(name + value, /\p{Cc}/u);
      }
    }),
    { numRuns: 300 },
  );
});
