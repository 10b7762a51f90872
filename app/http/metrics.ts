/** Numbers about this process in Prometheus' text format: counters, gauges and histograms, never with a shop in them. */

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}
export interface Metrics {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;
  /** Read when asked for. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  print(): Promise<string>;
}

/** Requests take between a millisecond and the longest time-out. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

export function createMetrics(): Metrics {
  const families: (() => Promise<string>)[] = [];
  const head = (name: string, help: string, type: string): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  return {
    counter(name, help) {
      const values = new Map<string, number>();
      families.push(
        async () =>
          head(name, help, 'counter') +
          [...values].map(([labels, value]) => `${name}${labels} ${value}\n`).join(''),
      );
      return {
        add(labels = {}, by = 1) {
          const key = written(labels);
          values.set(key, (values.get(key) ?? 0) + by);
        },
      };
    },
    histogram(name, help, buckets) {
      const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
      families.push(async () => {
        let text = head(name, help, 'histogram');
        for (const { labels, counts, sum, count } of series.values()) {
          buckets.forEach((bound, index) => {
            text += `${name}_bucket${written({ ...labels, le: String(bound) })} ${counts[index] ?? 0}\n`;
          });
          text += `${name}_bucket${written({ ...labels, le: '+Inf' })} ${count}\n`;
          text += `${name}_sum${written(labels)} ${sum}\n${name}_count${written(labels)} ${count}\n`;
        }
        return text;
      });
      return {
        observe(value, labels = {}) {
          const key = written(labels);
          const one = series.get(key) ?? { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
          series.set(key, one);
          one.sum += value;
          one.count += 1;
          buckets.forEach((bound, index) => {
            if (value <= bound) one.counts[index] = (one.counts[index] ?? 0) + 1;
          });
        },
      };
    },
    gauge(name, help, read) {
      families.push(async () => `${head(name, help, 'gauge')}${name} ${await read()}\n`);
    },
    async print() {
      return (await Promise.all(families.map((family) => family()))).join('');
    },
  };
}

function written(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  const pairs = entries.map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
  );
  return `{${pairs.join(',')}}`;
}
