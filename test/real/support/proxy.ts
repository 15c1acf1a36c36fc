/** A network between Offhook and a PBX that a test can cut. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Network {
  readonly port: number;
  /** Every connection breaks, and no new one succeeds. */
  cut(): void;
  heal(): void;
  stop(): Promise<void>;
}

/**
 * @param lateMs milliseconds that everything the PBX says takes longer
 * @param passes looks at what goes to the PBX; false: it gets lost on the way
 */
export async function startNetwork(
  toPort: number,
  lateMs = 0,
  passes: (bytes: Buffer) => boolean = () => true,
): Promise<Network> {
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect(toPort, '127.0.0.1');
    keep(near);
    keep(far);
    near.on('data', (bytes: Buffer) => {
      if (passes(bytes)) far.write(bytes);
    });
    far.pipe(late(lateMs)).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    heal: () => {
      whole = true;
    },
    stop: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What goes in comes out so much later, in the same order. */
function late(ms: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      setTimeout(() => this.push(chunk), ms);
      done();
    },
    flush: (done) => void setTimeout(done, ms),
  });
}
