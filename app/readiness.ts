/** Whether this process can do its work: database, migrations, worker; what is missing in plain sentences. */

/** `here`: this process delivers. `elsewhere`: it only serves, as it was told to. */
export type WorkPlace = 'not begun' | 'here' | 'elsewhere';

export interface Readiness {
  readonly worker: WorkPlace;
  /** Empty when the process is ready. */
  readonly missing: readonly string[];
}

export interface ReadinessNeeds {
  /** What this version has and the database lacks; throws when the database does not answer. */
  readonly migrations: () => Promise<{ pending: readonly string[] }>;
  readonly worker: WorkPlace;
  /** Only asked where the work is here. */
  readonly working: () => boolean;
  readonly patienceMs?: number;
}

/** A database that takes longer is of no use to a webhook, which Shopify gives five seconds. */
const PATIENCE_MS = 2_000;

export async function readiness(needs: ReadinessNeeds): Promise<Readiness> {
  const missing = await databaseTrouble(needs);
  if (needs.worker === 'not begun') missing.push('This process is still starting.');
  if (needs.worker === 'here' && !needs.working()) missing.push('The worker of this process does not run.');
  return { worker: needs.worker, missing };
}

async function databaseTrouble({ migrations, patienceMs = PATIENCE_MS }: ReadinessNeeds): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    const state = await Promise.race([migrations(), late]);
    if (state === null) return ['The database does not answer.'];
    // Migrations of a newer Tock are no reason: during a deployment the old version goes on serving beside it.
    return state.pending.length > 0 ? ['The database lacks migrations of this version of Tock.'] : [];
  } catch {
    return ['The database does not answer.'];
  } finally {
    clearTimeout(timer);
  }
}
