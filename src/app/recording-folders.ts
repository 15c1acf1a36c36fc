import type { RecordingFiles } from '../calls/recording-files.ts';
import type { ConnectorConfig } from '../config/schema.ts';
import { createRecordingFolder } from '../connectors/recording-folder.ts';

/** Where the recordings of each connector lie, as far as it is configured. */
export function recordingFolders(connectors: readonly ConnectorConfig[]): (connector: string) => RecordingFiles | null {
  const folders = new Map<string, RecordingFiles>();
  for (const one of connectors) {
    if (one.kind === 'asterisk' && one.recordings !== null) folders.set(one.id, createRecordingFolder(one.recordings));
  }
  return (connector) => folders.get(connector) ?? null;
}
