/** Group commit: what arrives within a few milliseconds shares one transaction, shops take turns, poison stands alone. */

export type LaneOutcome<Answer> =
  | { kind: 'stored'; answer: Answer }
  /** This item, alone, cannot be stored: its data are at fault. */
  | { kind: 'refused'; error: unknown }
  /** Too much is waiting, of this shop or of all: come back later. */
  | { kind: 'busy' }
  /** The database did not take it; nothing is wrong with the item. */
  | { kind: 'failed'; error: unknown };

export interface LaneOptions<Item, Answer> {
  /** Stores all in one transaction, answers in the same order; throws when nothing was stored. */
  commit(items: readonly Item[]): Promise<readonly Answer[]>;
  shopOf(item: Item): string;
  bytesOf(item: Item): number;
  /** True when the data and not the database are at fault, so that a smaller group may pass. */
  isDataFault(error: unknown): boolean;
  /** True when the same group may pass at once: a deadlock, a race between two processes. */
  isPassing(error: unknown): boolean;
  /** How long the first arrival waits for company. */
  gatherMs?: number;
  maxGroup?: number;
  maxWaiting?: number;
  maxWaitingOfOneShop?: number;
  maxWaitingBytes?: number;
}

export interface Lane<Item, Answer> {
  offer(item: Item): Promise<LaneOutcome<Answer>>;
  /** Items that are waiting or being stored. */
  load(): number;
  /** Resolves when everything that was taken is answered. */
  drain(): Promise<void>;
}

interface Waiting<Item, Answer> {
  item: Item;
  bytes: number;
  answer(outcome: LaneOutcome<Answer>): void;
}

const REPEATS_OF_A_PASSING_FAULT = 3;

export function createLane<Item, Answer>(options: LaneOptions<Item, Answer>): Lane<Item, Answer> {
  const gatherMs = options.gatherMs ?? 2;
  const maxGroup = options.maxGroup ?? 500;
  const maxWaiting = options.maxWaiting ?? 5_000;
  const maxWaitingOfOneShop = options.maxWaitingOfOneShop ?? 2_000;
  const maxWaitingBytes = options.maxWaitingBytes ?? 64 * 1024 * 1024;

  /** A line for each shop; the map's order is whose turn it is. */
  const lines = new Map<string, Waiting<Item, Answer>[]>();
  let waiting = 0;
  let waitingBytes = 0;
  let storing = 0;
  let timer: NodeJS.Timeout | null = null;
  let whenIdle: (() => void)[] = [];

  function takeGroup(): Waiting<Item, Answer>[] {
    const group: Waiting<Item, Answer>[] = [];
    while (group.length < maxGroup && lines.size > 0) {
      const share = Math.max(1, Math.floor((maxGroup - group.length) / lines.size));
      for (const [shop, line] of [...lines]) {
        if (group.length >= maxGroup) break;
        const taken = line.splice(0, Math.min(share, maxGroup - group.length));
        for (const one of taken) group.push(one);
        lines.delete(shop);
        // To the end of the turn, so that the next group begins with others.
        if (line.length > 0) lines.set(shop, line);
      }
    }
    for (const { bytes } of group) waitingBytes -= bytes;
    waiting -= group.length;
    return group;
  }

  async function commitPassing(items: readonly Item[]): Promise<readonly Answer[]> {
    for (let repeat = 1; ; repeat += 1) {
      try {
        return await options.commit(items);
      } catch (error) {
        if (repeat >= REPEATS_OF_A_PASSING_FAULT || !options.isPassing(error)) throw error;
      }
    }
  }

  async function store(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await commitPassing(group.map(({ item }) => item));
      group.forEach((one, at) => {
        const answer = answers[at];
        one.answer(
          answer === undefined
            ? { kind: 'failed', error: new Error('The group was answered in part.') }
            : { kind: 'stored', answer },
        );
      });
    } catch (error) {
      if (!options.isDataFault(error)) {
        for (const one of group) one.answer({ kind: 'failed', error });
        return;
      }
      if (group.length === 1) {
        for (const one of group) one.answer({ kind: 'refused', error });
        return;
      }
      const middle = Math.ceil(group.length / 2);
      await store(group.slice(0, middle));
      await store(group.slice(middle));
    }
  }

  async function run(): Promise<void> {
    const group = takeGroup();
    storing = group.length;
    await store(group);
    storing = 0;
    if (waiting > 0) setImmediate(() => void run());
    else {
      running = false;
      const idle = whenIdle;
      whenIdle = [];
      for (const resolve of idle) resolve();
    }
  }

  let running = false;
  function start(): void {
    if (running) return;
    running = true;
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, gatherMs);
  }

  return {
    offer(item) {
      const bytes = options.bytesOf(item);
      const shop = options.shopOf(item);
      const line = lines.get(shop) ?? [];
      const full =
        waiting >= maxWaiting || waitingBytes + bytes > maxWaitingBytes || line.length >= maxWaitingOfOneShop;
      if (full) return Promise.resolve({ kind: 'busy' });
      return new Promise((answer) => {
        line.push({ item, bytes, answer });
        lines.set(shop, line);
        waiting += 1;
        waitingBytes += bytes;
        start();
      });
    },
    load: () => waiting + storing,
    async drain() {
      if (!running) return;
      if (timer) {
        clearTimeout(timer);
        timer = null;
        setImmediate(() => void run());
      }
      await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };
}
