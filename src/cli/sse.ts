/** Server-sent events out of a stream of bytes, as far as Offhook's own server writes them. */
export interface StreamFrame {
  readonly event: string;
  readonly data: string;
  /** Place to resume after; null where the frame has none. */
  readonly id: string | null;
}

/** A frame may be as long as a large event; what is longer is no answer of Offhook. */
const longestFrame = 4_000_000;

export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamFrame> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > longestFrame) throw new Error('the stream holds a frame that is too long');
    for (const block of blocks) {
      const frame = parseFrame(block);
      if (frame) yield frame;
    }
  }
}

/** Null: a comment or a heartbeat without an id. A frame with an id and no data moves the place on. */
function parseFrame(block: string): StreamFrame | null {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('data: ')) data.push(line.slice(6));
  }
  if (data.length === 0 && id === null) return null;
  return { event: data.length === 0 ? 'place' : event, data: data.join('\n'), id };
}
