/** The environment name of a key: `delivery.timeoutMs` is `OFFHOOK_DELIVERY_TIMEOUT_MS`. */
export function envNameOf(path: readonly string[]): string {
  const words = path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return `OFFHOOK_${words.join('_')}`;
}
