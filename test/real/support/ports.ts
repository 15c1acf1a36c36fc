import { createSocket } from 'node:dgram';

/** Below the range the kernel hands out by itself, so that only these tests compete for them. */
const first = 10_000;
const blocks = 1_200;
const blockSize = 8;
let next = Math.floor(Math.random() * blocks);

function isFree(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });
}

/**
 * The first of eight UDP ports in a row that nobody uses on that address, given to no one else by this process: a
 * sipp needs one for SIP and several for media, and binds them later than it is told of them.
 */
export async function freePortBlock(host: string): Promise<number> {
  for (let tries = 0; tries < blocks; tries++) {
    const port = first + blockSize * (next++ % blocks);
    const free = await Promise.all(Array.from({ length: blockSize }, (_, index) => isFree(host, port + index)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no free ports on ${host}`);
}
