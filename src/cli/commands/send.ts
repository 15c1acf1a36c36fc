import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import { clientOf, withClientOptions, type CliContext, type ClientOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

interface SendOptions extends ClientOptions {
  readonly batch: string;
}

interface Accepted {
  readonly accepted: readonly { readonly id: string; readonly seq: number }[];
}

export function sendCommand(context: CliContext): Command {
  const command = new Command('send')
    .description('send events from a file or standard input: one JSON event, an array, or one a line')
    .argument('[file]', 'the file; - is standard input', '-')
    .option('--batch <count>', 'events in one request, where there is one a line', '500');
  return withClientOptions(command).action(async (file: string, options: SendOptions) => {
    const client = clientOf(context, options);
    const source = file === '-' ? context.stdin : createReadStream(file);
    const { terminal } = context;
    const size = Math.min(10_000, Math.max(1, Number(options.batch) || 500));
    let count = 0;
    for await (const body of bodies(source, file, size)) {
      const { accepted } = await client.send<Accepted>('POST', '/v1/events', body.text, body.type);
      count += accepted.length;
      if (options.json) for (const one of accepted) terminal.out(JSON.stringify(one));
      else progress(terminal, count);
    }
    if (!options.json) terminal.out(`${count} ${count === 1 ? 'event' : 'events'} accepted`);
  });
}

function progress(terminal: Terminal, count: number): void {
  if (terminal.isInteractive && count >= 1_000) terminal.note(`${count} so far`);
}

interface Body {
  readonly text: string;
  readonly type: string;
}

const longestDocument = 64_000_000;

/** A document of JSON goes out as it is; lines go out in batches, so that a file may be of any size. */
async function* bodies(source: AsyncIterable<Uint8Array>, file: string, size: number): AsyncGenerator<Body> {
  const decoder = new TextDecoder();
  let text = '';
  let lines: string[] = [];
  let isLines: boolean | null = null;
  for await (const chunk of readable(source, file)) {
    text += decoder.decode(chunk, { stream: true });
    isLines ??= saysLines(text);
    if (isLines !== true) {
      if (text.length > longestDocument)
        throw new CommandFailure(`${file} is one document of over 64 MB; write one event a line`);
      continue;
    }
    const parts = text.split('\n');
    text = parts.pop() ?? '';
    for (const line of parts) {
      if (line.trim() !== '') lines.push(line);
      if (lines.length < size) continue;
      yield { text: lines.join('\n'), type: 'application/x-ndjson' };
      lines = [];
    }
  }
  if (isLines !== true) return yield { text, type: 'application/json' };
  if (text.trim() !== '') lines.push(text);
  if (lines.length > 0) yield { text: lines.join('\n'), type: 'application/x-ndjson' };
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

async function* readable(source: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === undefined ? error : new CommandFailure(`${file} can't be read (${code})`);
  }
}
