/** Splits what `send` reads into bodies of requests, and remembers where their events stand. */
import { CommandFailure } from './failure.ts';

export interface EventBody {
  readonly text: string;
  readonly type: string;
  /** Line of each event, counted from 1; null: it is one document, and the server's own words say where. */
  readonly lines: readonly number[] | null;
}

const longestDocument = 64_000_000;
/** Bytes of lines in one request, about: far below what a server takes (`server.maxBodyBytes`). */
const largestBatch = 2_000_000;

/** A document of JSON goes out as it is; lines go out in batches, so that a file may be of any size. */
export async function* eventBodies(
  source: AsyncIterable<Uint8Array>,
  file: string,
  mostInBatch: number,
): AsyncGenerator<EventBody> {
  const batch = new Batch(mostInBatch);
  let text = '';
  let isLines: boolean | null = null;
  for await (const chunk of textOf(source, file)) {
    text += chunk;
    isLines ??= saysLines(text);
    if (isLines !== true) {
      if (text.length <= longestDocument) continue;
      throw new CommandFailure(`${file} is one document of over 64 MB; write one event a line`);
    }
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const line of parts) if (batch.add(line)) yield batch.take();
  }
  if (isLines !== true) return yield { text, type: 'application/json', lines: null };
  batch.add(text);
  if (!batch.isEmpty) yield batch.take();
}

class Batch {
  readonly #most: number;
  #texts: string[] = [];
  #lines: number[] = [];
  #length = 0;
  #line = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** @returns whether it is full */
  add(text: string): boolean {
    this.#line++;
    if (text.trim() === '') return false;
    this.#texts.push(text);
    this.#lines.push(this.#line);
    this.#length += text.length;
    return this.#texts.length >= this.#most || this.#length >= largestBatch;
  }

  take(): EventBody {
    const body = { text: this.#texts.join('\n'), type: 'application/x-ndjson', lines: this.#lines };
    this.#texts = [];
    this.#lines = [];
    this.#length = 0;
    return body;
  }
}

/** One a line, where the first line is a whole object and something follows; null: it can't be told yet. */
function saysLines(text: string): boolean | null {
  const end = text.indexOf('\n');
  if (end < 0) return null;
  const first = text.slice(0, end).trim();
  if (first === '') return null;
  if (!first.startsWith('{')) return false;
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

/** What is no UTF-8 is refused here: the server would be sent something else than what the file holds. */
async function* textOf(source: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new CommandFailure(`${file} is not UTF-8 text`);
    throw code === undefined ? error : new CommandFailure(`${file} can't be read (${code})`);
  }
}
