import type { SinkMethods } from '../programs/sink.ts';
import { Program } from './program.ts';

export interface Sink extends Pick<Program<SinkMethods>, 'call' | 'stop'> {
  readonly port: number;
  readonly url: string;
}

export async function startSink(): Promise<Sink> {
  const program = await Program.start<SinkMethods>(new URL('../programs/sink.ts', import.meta.url));
  const port = await program.call('listen', undefined);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    call: (name, input) => program.call(name, input),
    stop: () => program.stop(),
  };
}
