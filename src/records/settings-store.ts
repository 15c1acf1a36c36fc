/** Small named values of the installation (the administrator's token hash, the server's id). Never secrets in clear. */
export interface SettingsStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
}
