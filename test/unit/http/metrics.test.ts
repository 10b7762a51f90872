/** The text that Prometheus reads. */
import { expect, test } from 'vitest';

import { createMetrics } from '../../../app/http/metrics.ts';

test('counters, gauges and histograms print as Prometheus reads them', async () => {
  const metrics = createMetrics();
  const requests = metrics.counter('requests_total', 'Requests.');
  const seconds = metrics.histogram('request_seconds', 'Time.', [0.1, 1]);
  metrics.gauge('open', 'Open.', () => 3);
  requests.add({ door: 'a"b\\c\nd' });
  requests.add({ door: 'x' }, 2);
  seconds.observe(0.1, { door: 'x' });
  seconds.observe(0.5, { door: 'x' });
  seconds.observe(7, { door: 'x' });
  expect(await metrics.print()).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{door="a\\"b\\\\c\\nd"} 1
requests_total{door="x"} 2
# HELP request_seconds Time.
# TYPE request_seconds histogram
request_seconds_bucket{door="x",le="0.1"} 1
request_seconds_bucket{door="x",le="1"} 2
request_seconds_bucket{door="x",le="+Inf"} 3
request_seconds_sum{door="x"} 7.6
request_seconds_count{door="x"} 3
# HELP open Open.
# TYPE open gauge
open 3
`);
});
