/** A bare undici client: what the load is sent with, and what sending by Offhook is compared with. */
import { Pool } from 'undici';

export interface Destination {
  readonly url: string;
  readonly token: string;
  /** Requests at a time. */
  readonly concurrency: number;
  /** Of the bodies; JSON unless given. */
  readonly contentType?: string;
}

export const headersOf = (token: string, contentType = 'application/json') => ({
  authorization: `Bearer ${token}`,
  'content-type': contentType,
});

export class Poster {
  readonly #pool: Pool;
  readonly #path: string;

  constructor({ url, concurrency }: Pick<Destination, 'url' | 'concurrency'>) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
    this.#path = pathname;
  }

  /** @returns the status, once the answer is there to its end */
  async post(body: Buffer, headers: Readonly<Record<string, string>>): Promise<number> {
    const { statusCode, body: answer } = await this.#pool.request({ path: this.#path, method: 'POST', headers, body });
    await answer.dump();
    return statusCode;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
