/**
 * A real Asterisk, started for a test from one of the roots that `scripts/real-parts/install.sh` built. Every instance has its own
 * folder inside that root and its own ports, so that several run side by side; it is stopped by its process id.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnKept } from './child.ts';
import { type Fields, managerAction, managerActions } from './manager-action.ts';
import { asteriskFiles } from './pbx/files.ts';
import type { AsteriskPlan, AsteriskPorts, AsteriskVersion } from './pbx/plan.ts';

const run = promisify(execFile);
const parts = process.env['OFFHOOK_REAL_DIR'] ?? '/var/tmp/offhook-real';
const rootOf = (version: AsteriskVersion): string => join(parts, version === 22 ? 'asterisk' : `asterisk-${version}`);
const readyWithinMs = 30_000;

export interface RealAsterisk {
  readonly ports: AsteriskPorts;
  readonly username: string;
  readonly secret: string;
  readonly phoneSecret: string;
  /** Certificate of the TLS listener, PEM. */
  readonly certificate: string;
  /** A command of Asterisk's own console; gives what it printed. */
  console(command: string): Promise<string>;
  /** An action at the manager interface, as somebody who may do everything; gives the answer's fields. */
  action(name: string, fields?: Fields): Promise<Fields>;
  /** The same one several times over one log-in, with so many milliseconds between them. */
  actions(name: string, all: readonly Fields[], gapMs: number): Promise<Fields[]>;
  /** What Asterisk logged so far. */
  log(): Promise<string>;
  /** Resolves when what the console command prints matches. */
  until(command: string, pattern: RegExp): Promise<void>;
  /** Resolves when no channel is left. */
  quiet(): Promise<void>;
  /** Ends it at once, as a crash would; `start` brings it back on the same ports. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Why the tests with a real Asterisk can't run here; null when they can. */
export function missingParts(version: AsteriskVersion = 22): string | null {
  const root = rootOf(version);
  if (!existsSync(join(root, 'usr/sbin/asterisk'))) return `no Asterisk in ${root}: run scripts/real-parts/install.sh`;
  if (!onPath('sipp')) return 'no sipp: run scripts/real-parts/install.sh';
  if (process.getuid?.() !== 0) return 'chroot needs root';
  return null;
}

/** Whether the machine has a program of this name. */
export function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function freeUdpPort(host: string): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

async function choosePorts(): Promise<AsteriskPorts> {
  return {
    sip: await freeUdpPort('0.0.0.0'),
    ami: await freeTcpPort(),
    amiTls: await freeTcpPort(),
    http: await freeTcpPort(),
    rtp: 20_000 + 200 * Math.floor(Math.random() * 60),
  };
}

async function writeConfiguration(folder: string, plan: AsteriskPlan): Promise<string> {
  for (const name of ['etc', 'db', 'spool', 'run', 'log']) await mkdir(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(asteriskFiles(plan))) await writeFile(join(folder, 'etc', name), text);
  const key = join(folder, 'etc/tls.key');
  const certificate = join(folder, 'etc/tls.crt');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, ...subject]);
  return readFile(certificate, 'utf8');
}

/** Asterisk looks its own host name up for every call; inside the root nobody else answers, and it would wait for seconds. */
async function nameTheHost(root: string): Promise<void> {
  await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost ${hostname()}\n::1 localhost\n`);
}

/** Resolves with the first bytes the port sends, or null when nobody listens. */
function greeting(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (text: string | null): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => end(chunk.toString()));
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
  });
}

interface StartOptions {
  readonly systemName?: string;
  /** The newest unless given. */
  readonly version?: AsteriskVersion;
}

/** Starts an Asterisk and waits until it is fully booted. */
export async function startAsterisk(options: StartOptions = {}): Promise<RealAsterisk> {
  const version = options.version ?? 22;
  const root = rootOf(version);
  const folder = await mkdtemp(join(root, 'tmp/offhook-'));
  const plan: AsteriskPlan = {
    dir: folder.slice(root.length),
    ports: await choosePorts(),
    secret: randomBytes(12).toString('hex'),
    phoneSecret: randomBytes(8).toString('hex'),
    systemName: options.systemName ?? null,
    version,
  };
  await nameTheHost(root);
  const certificate = await writeConfiguration(folder, plan);
  const configFile = `${plan.dir}/etc/asterisk.conf`;
  let child: ChildProcess | null = null;
  let ended: Promise<void> = Promise.resolve();

  const console_ = async (command: string): Promise<string> => {
    const { stdout } = await run('chroot', [root, 'asterisk', '-C', configFile, '-rx', command]);
    return stdout;
  };
  const log = (): Promise<string> => readFile(join(folder, 'log/messages.log'), 'utf8').catch(() => '');

  const booted = async (): Promise<boolean> => {
    if ((await greeting(plan.ports.ami)) === null) return false;
    const answer = await console_('core waitfullybooted').catch(() => '');
    return answer.includes('fully booted');
  };

  const poll = async (done: () => Promise<boolean>, what: string): Promise<void> => {
    const until = Date.now() + readyWithinMs;
    while (!(await done())) {
      if (Date.now() > until) throw new Error(`waited in vain until ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const isQuiet = async (): Promise<boolean> => (await console_('core show channels count')).startsWith('0 active');

  const start = async (): Promise<void> => {
    const started = spawnKept('chroot', [root, 'asterisk', '-f', '-C', configFile], '/');
    child = started;
    ended = new Promise((resolve) => started.once('exit', () => resolve()));
    const until = Date.now() + readyWithinMs;
    while (!(await booted())) {
      if (started.exitCode !== null || Date.now() > until) throw new Error(`Asterisk does not start:\n${await log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const kill = async (): Promise<void> => {
    child?.kill('SIGKILL');
    await ended;
  };

  const stop = async (): Promise<void> => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ports: plan.ports,
    username: 'hub',
    secret: plan.secret,
    phoneSecret: plan.phoneSecret,
    certificate,
    console: console_,
    action: (name, fields = {}) =>
      managerAction({ port: plan.ports.ami, username: 'keys', secret: plan.secret }, name, fields),
    actions: (name, all, gapMs) =>
      managerActions({ port: plan.ports.ami, username: 'keys', secret: plan.secret }, name, all, gapMs),
    log,
    until: (command, pattern) => poll(async () => pattern.test(await console_(command)), `${command}: ${pattern}`),
    quiet: () => poll(isQuiet, 'no channel is left'),
    kill,
    start,
    stop,
  };
}
