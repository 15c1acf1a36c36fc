import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrames, type StreamFrame } from './sse.ts';

const stream =
  'retry: 2000\n\nid: 1\nevent: event\ndata: {"text":"é\\n"}\n\n: still here\nid: 7\n\nevent: gap\ndata: {}\n\nid: 8\nevent: event\ndata: x\n\n';
const wanted: StreamFrame[] = [
  { event: 'event', data: '{"text":"é\\n"}', id: '1' },
  { event: 'place', data: '', id: '7' },
  { event: 'gap', data: '{}', id: null },
  { event: 'event', data: 'x', id: '8' },
];

test('frames are read whole, wherever the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(stream);
  for (let size = 1; size < bytes.length; size++) {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const frames: StreamFrame[] = [];
    for await (const frame of readFrames(chunks())) frames.push(frame);
    assert.deepEqual(frames, wanted);
  }
});
