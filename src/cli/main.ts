#!/usr/bin/env node
import { keepLean } from './lean-process.ts';
import { tooOld } from './node-version.ts';
import { processTerminal } from './terminal.ts';
import { run } from './run.ts';

const unfit = tooOld(process.versions.node);
if (unfit !== null) {
  process.stderr.write(`${unfit}\n`);
  process.exit(1);
}
keepLean();

const interrupted = new AbortController();
const onSignal = (): void => interrupted.abort();
process.once('SIGINT', onSignal);
process.once('SIGTERM', onSignal);

process.exitCode = await run(process.argv.slice(2), {
  terminal: processTerminal(process.env),
  env: process.env,
  stdin: process.stdin,
  signal: interrupted.signal,
});
// Output is flushed by the event loop; what keeps it alive beyond that would be a part that was not stopped.
process.off('SIGINT', onSignal);
process.off('SIGTERM', onSignal);
