/** The connection itself: what it refuses, how it gives values back, and the weekly partitions behind the page tables. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLog } from '../../../app/base/log.ts';
import { DatabaseError, openDatabase } from '../../../app/store/database.ts';
import { multirow } from '../../../app/store/multirow.ts';
import { UnstorableRow } from '../../../app/store/arrivals.ts';
import { createPartitions, weekOf } from '../../../app/store/partitions.ts';
import { testDatabase, testStore, type TestStore } from '../../support/database.ts';

const log = createLog({ level: 'silent' });

let opened: TestStore;
beforeAll(async () => {
  opened = await testStore();
});
afterAll(() => opened.close());

describe('opening', () => {
  it('refuses a database that is not UTF-8 in one sentence', async () => {
    const { url } = inject('postgres');
    const name = `${inject('postgres').template.replace(/_template$/, '')}_latin`;
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    try {
      await admin.query(
        `CREATE DATABASE "${name}" ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
      );
      const own = new URL(url);
      own.pathname = `/${name}`;
      await expect(openDatabase({ url: own.href, log })).rejects.toThrow(
        /stores text as LATIN1.*set DATABASE_URL to it\.$/,
      );
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await admin.end();
    }
  });

  it.each([
    ['postgresql://tock@127.0.0.1:1/tock', /No PostgreSQL answers .*start it, or correct the address/],
    ['postgresql://tock@localhost/tock?host=/nowhere', /No PostgreSQL answers/],
  ])('tells what is wrong with %s', async (url, words) => {
    const opening = openDatabase({ url, log });
    await expect(opening).rejects.toThrow(DatabaseError);
    await expect(opening).rejects.toThrow(words);
  });

  it('tells of a database that does not exist and of a wrong password, without the password', async () => {
    const { url } = inject('postgres');
    const absent = new URL(url);
    absent.pathname = '/tock_nowhere';
    await expect(openDatabase({ url: absent.href, log })).rejects.toThrow(/does not exist; create it/);
  });
});

describe('many rows in one statement', () => {
  interface Row {
    long: string | number | bigint | null;
    small: number | null;
    whole: number | null;
    words: string | null;
    bytes: Buffer | null;
    yes: boolean | null;
    day: string | null;
    at: Date | null;
  }
  const columns = multirow<Row>([
    { name: 'long', type: 'bigint', value: (row) => row.long },
    { name: 'small', type: 'smallint', value: (row) => row.small },
    { name: 'whole', type: 'int', value: (row) => row.whole },
    { name: 'words', type: 'text', value: (row) => row.words },
    { name: 'bytes', type: 'bytea', value: (row) => row.bytes },
    { name: 'yes', type: 'bool', value: (row) => row.yes },
    { name: 'day', type: 'date', value: (row) => row.day },
    { name: 'at', type: 'timestamptz', value: (row) => row.at },
  ]);
  const nothing: Row = {
    long: null,
    small: null,
    whole: null,
    words: null,
    bytes: null,
    yes: null,
    day: null,
    at: null,
  };

  it('comes back as it went in, at every edge of every type', async () => {
    const rows: Row[] = [
      nothing,
      {
        long: '-9223372036854775808',
        small: -32_768,
        whole: -2_147_483_648,
        words: '',
        bytes: Buffer.alloc(0),
        yes: false,
        day: '1999-12-31',
        at: new Date('1970-01-01T00:00:00.001Z'),
      },
      {
        long: 9_223_372_036_854_775_807n,
        small: 32_767,
        whole: 2_147_483_647,
        words: 'a "b" {c}, \\ NULL \u{1F600} ü',
        bytes: Buffer.from([0, 255, 92]),
        yes: true,
        day: '2028-02-29',
        at: new Date('2099-12-31T23:59:59.999Z'),
      },
      { ...nothing, long: -4_294_967_297, at: new Date('2000-01-01T00:00:00Z') },
      { ...nothing, long: 4_294_967_296 },
    ];
    const back = await opened.store.database.rows<Row>(
      `SELECT ${columns.chosen} FROM ${columns.from()}`,
      columns.values(rows),
    );
    expect(back).toEqual(rows.map((row) => ({ ...row, long: row.long === null ? null : String(row.long) })));
  });

  it.each<[string, Partial<Row>]>([
    ['a long number that is too long', { long: '9223372036854775808' }],
    ['a long number that is none', { long: '12x' }],
    ['half a number', { whole: 1.5 }],
    ['a whole number that is too large', { whole: 2_147_483_648 }],
    ['a small number that is too large', { small: 32_768 }],
    ['a day that is none', { day: '2026-02-xx' }],
    ['no time', { at: new Date(Number.NaN) }],
  ])('refuses %s before it travels, as the fault of the data', (_name, wrong) => {
    expect(() => columns.values([{ ...nothing, ...wrong }])).toThrow(UnstorableRow);
  });
});

describe('a statement that transactions repeat', () => {
  it('is planned once for its connection, whatever its values', async () => {
    const database = await openDatabase({ url: opened.store.database.url, log, poolSize: 1 });
    try {
      const text = 'SELECT count(*) AS n FROM queue WHERE shop_id = $1 AND kind = $2';
      for (let time = 0; time < 8; time += 1)
        await database.transaction((sql) => sql.rows(text, [String(time), 'order']));
      const plans = await database.rows(
        'SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1',
        [text],
      );
      expect(plans).toEqual([{ generic_plans: '8', custom_plans: '0' }]);
    } finally {
      await database.close();
    }
  });
});

describe('a connection that breaks in the middle of a transaction', () => {
  it('fails that transaction and nothing else', async () => {
    const { database } = opened.store;
    const broken = database.transaction(async (sql) => {
      const [own] = await sql.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.rows('SELECT pg_terminate_backend($1)', [own?.pid]);
      // No query is running when the word of the end arrives: only a listener hears it.
      await expect
        .poll(
          () =>
            sql.rows('SELECT 1').then(
              () => 'alive',
              () => 'gone',
            ),
          { interval: 20 },
        )
        .toBe('gone');
      await sql.rows('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('values', () => {
  it('come back exact: big numbers and days as text, times as dates in UTC', async () => {
    const [row] = await opened.store.database.rows(
      `SELECT 9007199254740993::bigint AS big, '2026-11-20'::date AS day, 1.10::numeric AS money,
              '2026-11-20T23:30:00Z'::timestamptz AS at, '2026-11-20T23:30:00Z'::timestamptz::date AS utc_day,
              '\\x00ff'::bytea AS bytes`,
    );
    expect(row).toEqual({
      big: '9007199254740993',
      day: '2026-11-20',
      money: '1.10',
      at: new Date('2026-11-20T23:30:00.000Z'),
      utc_day: '2026-11-20',
      bytes: Buffer.from([0, 255]),
    });
  });

  it('of a transaction that throws are not kept, and its connection works on', async () => {
    const { database } = opened.store;
    await database.run('CREATE TABLE tried (n int)');
    await expect(
      database.transaction(async (sql) => {
        await sql.run('INSERT INTO tried VALUES (1)');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await database.transaction((sql) => sql.rows('SELECT * FROM tried'))).toEqual([]);
  });
});

describe('weekly partitions', () => {
  const parts = async (): Promise<string[]> => {
    const rows = await opened.store.database.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'parts' AND relkind = 'r' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('begin on Mondays, whatever the time', () => {
    for (const [time, monday] of [
      ['2026-11-20T12:00:00Z', '2026-11-16'],
      ['2026-11-16T00:00:00Z', '2026-11-16'],
      ['2026-11-15T23:59:59.999Z', '2026-11-09'],
      ['1969-12-31T00:00:00Z', '1969-12-29'],
    ] as const) {
      expect(weekOf(new Date(time)).toISOString()).toBe(`${monday}T00:00:00.000Z`);
    }
  });

  it('are there for everything that may arrive, from the start', async () => {
    const { database } = opened.store;
    const names = await parts();
    expect(names.filter((name) => name.startsWith('page_events_'))).toHaveLength(9);
    const now = opened.clock.now().getTime();
    for (const hours of [-72, 0, 0.08]) {
      await database.run(
        `INSERT INTO page_events (shop_id, event_id, occurred_at, received_at, event, facts, context_key)
         VALUES (1, $1, $2, $2, 'page_viewed', '{}', '\\x01')`,
        [`e${hours}`, new Date(now + hours * 3_600_000)],
      );
    }
  });

  it('are made once by many processes, for any week', async () => {
    const { database } = opened.store;
    const far = [
      new Date('2027-06-01T00:00:00Z'),
      new Date('2027-06-02T00:00:00Z'),
      new Date('2027-06-09T00:00:00Z'),
    ];
    await Promise.all(Array.from({ length: 5 }, () => createPartitions(database).makeFor(far)));
    expect((await parts()).filter((name) => name.includes('_2027'))).toEqual([
      'page_deliveries_20270531',
      'page_deliveries_20270607',
      'page_events_20270531',
      'page_events_20270607',
    ]);
  });

  it('are dropped when their whole week is too old, and can be made again', async () => {
    const { partitions } = opened.store;
    const dropped = await partitions.dropBefore(new Date('2026-11-12T00:00:00Z'));
    expect(dropped).toContain('page_events_20261102');
    expect(dropped).not.toContain('page_events_20261109');
    expect(await partitions.dropBefore(new Date('2026-11-12T00:00:00Z'))).toEqual([]);
    await partitions.makeFor([new Date('2026-11-03T00:00:00Z')]);
    expect(await parts()).toContain('page_events_20261102');
  });
});

describe('a store', () => {
  it('opens on a database that another one has just begun, side by side', async () => {
    const database = await testDatabase({ empty: true });
    const { openStore } = await import('../../../app/store/store.ts');
    const options = {
      databaseUrl: database.url,
      dataDir: '.data',
      clock: opened.clock,
      log,
      keyring: opened.keyring,
    };
    const stores = await Promise.all([openStore(options), openStore(options), openStore(options)]);
    await Promise.all(stores.map((store) => store.close()));
    await database.close();
  });
});
