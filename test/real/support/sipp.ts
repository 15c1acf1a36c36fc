/** Phones and a carrier, played by sipp: one process for each that is called, one for each that calls. */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealAsterisk } from './asterisk.ts';
import { carrierHost } from './pbx/plan.ts';
import { spawnKept } from './child.ts';
import { type Line, lineOf } from './line.ts';
import { freePortBlock } from './ports.ts';
import {
  type CalledPlan,
  type CallerPlan,
  calledScenario,
  callerScenario,
  messageScenario,
  registerScenario,
} from './sipp-scenarios.ts';

export interface Phones {
  /** Plugs in and registers a phone that treats every call alike; resolves when Asterisk can call it. */
  plugIn(number: string, plan: CalledPlan, keys?: Readonly<Record<string, string>>): Promise<PluggedIn>;
  /** A number the carrier takes calls for (its last five digits are a port), which treats every call alike. */
  carrierTakes(plan: CalledPlan): Promise<string>;
  /** A phone calls; resolves when somebody, or something, has answered. */
  dial(from: string, to: string): Promise<Line>;
  /** A phone calls; resolves when it hears ringing. The line can only be joined with another one. */
  dialUntilRinging(from: string, to: string): Promise<Line>;
  /** Somebody outside calls; resolves when somebody, or something, has answered. */
  carrierDials(from: string, to: string): Promise<Line>;
  /** A phone calls; resolves when its part is over as planned, rejects with sipp's own words when it went otherwise. */
  phoneCalls(from: string, to: string, plan: CallerPlan): Promise<void>;
  /** A call from outside. */
  carrierCalls(from: string, to: string, plan: CallerPlan, fromName?: string): Promise<void>;
  /** A phone sends a text message; resolves when Asterisk has taken it. */
  phoneWrites(from: string, to: string, text: string): Promise<void>;
  /** Somebody outside does. */
  carrierWrites(from: string, to: string, text: string): Promise<void>;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

export interface PluggedIn {
  /** The n-th call (0 is the first) that it has answered; waits for it. Only of a phone that obeys. */
  line(index?: number): Promise<Line>;
  /** Takes back where it can be called. */
  unplug(): Promise<void>;
}

interface LaunchOptions {
  /** Values for the scenario's own keys. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Phone that logs in. */
  readonly user?: string;
  /** Ends after this many calls; without it, when it is stopped. */
  readonly calls?: number;
}

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** File with what its scenario noted. */
  readonly log: string;
  readonly errors: () => Promise<string>;
}

const callWithinSeconds = 25;

export async function startPhones(asterisk: RealAsterisk): Promise<Phones> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-sipp-'));
  await writeFile(join(folder, 'silence.ulaw'), Buffer.alloc(8000, 0xff));
  const running = new Set<ChildProcess>();
  let count = 0;

  const launch = async (scenario: string, host: string, port: number, options: LaunchOptions): Promise<Launched> => {
    const name = `scenario-${++count}`;
    const file = join(folder, `${name}.xml`);
    await writeFile(file, scenario);
    const keys = Object.entries(options.keys ?? {}).flatMap(([key, value]) => ['-key', key, value]);
    const limit = options.calls === undefined ? [] : ['-m', String(options.calls), '-timeout', `${callWithinSeconds}s`];
    const login = options.user === undefined ? [] : ['-au', options.user, '-ap', asterisk.phoneSecret];
    const place = ['-i', host, '-p', String(port), '-mi', host, '-mp', String(port + 2)];
    const log = join(folder, `${name}.log`);
    const trace = ['-trace_err', '-error_file', join(folder, `${name}.errors`), '-trace_logs', '-log_file', log];
    const target = `127.0.0.1:${asterisk.ports.sip}`;
    const args = ['-sf', file, ...place, ...limit, ...login, ...keys, ...trace, '-nostdin', target];
    const child = spawnKept('sipp', args, folder);
    running.add(child);
    const ended = new Promise<number | null>((resolve) =>
      child.once('exit', (code) => {
        running.delete(child);
        resolve(code);
      }),
    );
    return { child, ended, log, errors: () => readErrors(folder, name) };
  };

  /** Runs a scenario to its end. */
  const play = async (scenario: string, host: string, what: string, options: LaunchOptions) => {
    const { child, ended, errors } = await launch(scenario, host, await freePortBlock(host), { ...options, calls: 1 });
    // sipp's own limit does not end a scenario that waits for a request.
    const limit = setTimeout(() => child.kill('SIGKILL'), (callWithinSeconds + 5) * 1000);
    const code = await ended;
    clearTimeout(limit);
    if (code !== 0) throw new Error(`${what}: sipp ended with ${code}\n${await errors()}`);
  };

  /** Starts a called party and waits until it has its port. */
  const listen = async (plan: CalledPlan, host: string, keys: LaunchOptions['keys'] = {}) => {
    const port = await freePortBlock(host);
    const { log } = await launch(calledScenario(plan), host, port, { keys });
    await untilBound(host, port);
    return { host, port, log };
  };

  /** Calls, and stays in the call until one of the two hangs up. */
  const dial = async (
    who: 'phone' | 'carrier',
    from: string,
    to: string,
    fromName: string,
    plan: CallerPlan = { kind: 'obeys' },
  ): Promise<Line> => {
    const host = who === 'phone' ? '127.0.0.1' : carrierHost;
    const endpoint = who === 'phone' ? from : 'trunk-carrier';
    const port = await freePortBlock(host);
    const login = who === 'phone' ? { user: from } : {};
    const options = { keys: { from, to, fromName }, calls: 1, ...login };
    const { log, ended, errors } = await launch(callerScenario(who, plan), host, port, options);
    const early = ended.then(async (code) => {
      // Answered, and over so soon that it was not seen while it lasted.
      if (code === 0) return lineOf(asterisk, { host, port, log, endpoint }, 0);
      throw new Error(`${from} calls ${to}: sipp ended with ${code}\n${await errors()}`);
    });
    return Promise.race([lineOf(asterisk, { host, port, log, endpoint }, 0), early]);
  };

  return {
    plugIn: async (number, plan, more) => {
      const place = await listen(plan, '127.0.0.1', more);
      const register = (expires: string): Promise<void> => {
        const keys = { user: number, contact: `127.0.0.1:${place.port}`, expires };
        return play(registerScenario, '127.0.0.1', `${number} registers`, { user: number, keys });
      };
      await register('600');
      return {
        line: (index = 0) => lineOf(asterisk, { ...place, endpoint: number }, index),
        unplug: () => register('0'),
      };
    },
    carrierTakes: async (plan) => {
      const { port } = await listen(plan, carrierHost);
      return `121555${port}`;
    },
    dial: (from, to) => dial('phone', from, to, `Phone ${from}`),
    dialUntilRinging: (from, to) => dial('phone', from, to, `Phone ${from}`, { kind: 'waits while it rings' }),
    carrierDials: (from, to) => dial('carrier', from, to, 'Alice'),
    phoneCalls: (from, to, plan) => {
      const keys = { from, to, fromName: `Phone ${from}` };
      return play(callerScenario('phone', plan), '127.0.0.1', `${from} calls ${to}`, { user: from, keys });
    },
    carrierCalls: (from, to, plan, fromName = 'Alice') =>
      play(callerScenario('carrier', plan), carrierHost, `${from} calls ${to}`, { keys: { from, to, fromName } }),
    phoneWrites: (from, to, text) => {
      const keys = { from, to, fromName: `Phone ${from}` };
      return play(messageScenario('phone', text), '127.0.0.1', `${from} writes to ${to}`, { user: from, keys });
    },
    carrierWrites: (from, to, text) => {
      const keys = { from, to, fromName: 'Alice' };
      return play(messageScenario('carrier', text), carrierHost, `${from} writes to ${to}`, { keys });
    },
    stop: async () => {
      const exits = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(exits);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readErrors(folder: string, name: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.errors`));
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
}

/** The kernel lists bound UDP sockets by address and port in hexadecimal. */
async function untilBound(host: string, port: number): Promise<void> {
  const address = host
    .split('.')
    .toReversed()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
  const entry = `${address}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
  const until = Date.now() + 5000;
  while (!(await readFile('/proc/net/udp', 'utf8')).includes(entry)) {
    if (Date.now() > until) throw new Error(`sipp did not take port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
