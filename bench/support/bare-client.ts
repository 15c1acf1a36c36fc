/** What a bare undici client posts: the floor every delivery figure is measured against. */
import { Pool } from 'undici';

export interface BarePost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn. */
  readonly bodies: readonly string[];
  readonly count: number;
  /** Requests at a time, each on a kept connection of its own. */
  readonly concurrency: number;
}

/** Posts the same bodies in turn, `count` in all; rejects when an answer is not 2xx. */
export async function postBare({ url, headers, bodies, count, concurrency }: BarePost): Promise<void> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const body = bodies[left % bodies.length] as string;
      const response = await pool.request({ path: pathname, method: 'POST', headers, body });
      await response.body.dump();
      if (response.statusCode >= 300) throw new Error(`the sink answered ${response.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await pool.close();
}
