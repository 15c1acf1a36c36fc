import type { Domain } from '../../model/tenants.ts';
import { tenantReadJobs } from '../../records/sqlite/tenant-jobs.ts';
import { withDatabase } from './credentials.ts';

/** Networks that a superuser allowed single domains beside `delivery.allowNetworks`, by domain. */
export function domainNetworks(dir: string): ReadonlyMap<string, readonly string[]> {
  return withDatabase(dir, (db) => {
    const read = tenantReadJobs(db)['directory.after'];
    const after = (id: number): readonly Domain[] => read({ table: 'domains', id }) as readonly Domain[];
    const networks = new Map<string, readonly string[]>();
    for (let page = after(0); page.length > 0; page = after(page.at(-1)?.id ?? 0)) {
      for (const { name, allowNetworks } of page) networks.set(name, allowNetworks);
    }
    return networks;
  });
}
