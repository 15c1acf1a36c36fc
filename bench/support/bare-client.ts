/** What a bare undici client posts: the floor every delivery figure is measured against. */
import { Pool } from 'undici';

/**
 * Posts the same body `count` times, `concurrency` at a time, over kept connections.
 * @returns requests a second
 */
export async function bareRate(
  url: string,
  body: string,
  count: number,
  concurrency: number,
  headers = {},
): Promise<number> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const started = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const response = await pool.request({ path: pathname, method: 'POST', headers, body });
      await response.body.dump();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const rate = (count * 1000) / (performance.now() - started);
  await pool.close();
  return rate;
}
