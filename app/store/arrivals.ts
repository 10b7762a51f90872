/** The door for group commit: one transaction over many shops, and which of its faults are the data's. */
import type { Database, Sql } from './database.ts';

export interface Arrivals {
  /** Everything that `work` writes is stored, or nothing is. */
  together<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A row cannot be stored as it is: a smaller group may pass. */
  isDataFault(error: unknown): boolean;
  /** The same group may pass at once: a deadlock, or two processes that met at one key. */
  isPassing(error: unknown): boolean;
}

/** Two processes recorded the same thing at the same time; the second one has to look again. */
export class MetAnother extends Error {
  override name = 'MetAnother';
}

/** A row that no transaction will take, found before PostgreSQL had to say so. */
export class UnstorableRow extends Error {
  override name = 'UnstorableRow';
}

function sqlState(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code))
    return error.code;
  return error.cause === undefined ? '' : sqlState(error.cause);
}

export function createArrivals(database: Database): Arrivals {
  return {
    together: (work) => database.transaction(work),
    isDataFault(error) {
      if (error instanceof UnstorableRow) return true;
      const state = sqlState(error);
      // 22 data exception, 23 constraint, 21 cardinality, 54 program limit (a row or an index entry too large)
      return /^(22|23|21|54)/.test(state);
    },
    isPassing(error) {
      if (error instanceof MetAnother) return true;
      // 40001 serialization, 40P01 deadlock
      return /^40/.test(sqlState(error));
    },
  };
}
