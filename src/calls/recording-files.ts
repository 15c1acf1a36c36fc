/** Where recordings of calls are fetched from, by the ids that the calls carry. */
import type { Readable } from 'node:stream';

export interface RecordingFile {
  /** Without folders. */
  readonly name: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Its bytes from one place until another, both included; once. */
  read(from: number, until: number): Readable;
  /** Where it is not read. */
  close(): Promise<void>;
}

export interface RecordingFiles {
  /** @param startedAt of the call, milliseconds. @returns null where there is none that may be read */
  open(recordingId: string, startedAt: number): Promise<RecordingFile | null>;
}
