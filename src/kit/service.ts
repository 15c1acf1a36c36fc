/** A long-running part. `start` resolves when it is ready; `stop` may be called twice and at any time. */
export interface Service {
  start(): Promise<void>;
  /** Finishes or hands over what is in flight, then lets go of everything. */
  stop(): Promise<void>;
}
