/** Draws the Events Manager from its own API, again whenever something has changed. */
(function () {
  const place = (id) => document.getElementById(id);
  const chosen = place('pixel');
  const query = new URLSearchParams(location.search);
  let lastDrawn = '';

  /** Children are elements, text or nothing; everything shown goes through textContent. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== undefined && child !== null));
    return element;
  }
  const badge = (text, kind = text) => make('span', { class: `badge ${kind}` }, text);
  const clock = (at) => new Date(at).toISOString().slice(11, 19);
  const time = (at) => make('time', { datetime: at, title: at }, clock(at));
  const money = (value, currency) =>
    value === undefined ? '' : `${value.toFixed(2)} ${currency ?? '(no currency)'}`;
  const empty = (text) => make('p', { class: 'empty' }, text);
  const pixelName = (data, code) => data.pixels.find((pixel) => pixel.code === code)?.name ?? code ?? '';

  function table(heads, rows) {
    return make(
      'div',
      { class: 'scroll' },
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))),
        make(
          'tbody',
          {},
          ...rows.map((cells) => {
            cells.forEach((one, index) => one.setAttribute('data-head', heads[index] ?? ''));
            return make('tr', {}, ...cells);
          }),
        ),
      ),
    );
  }
  const cell = (content, kind) => make('td', { class: kind }, content);
  const number = (value) => cell(String(value), 'number');

  function drawTiles(data) {
    const sum = (field) => data.summary.reduce((total, row) => total + row[field], 0);
    const tiles = [
      ['Counted', sum('total')],
      ['From the server only', sum('server')],
      ['From the browser only', sum('browser')],
      ['From both, counted once', sum('both')],
      ['Copies discarded', sum('discarded')],
    ];
    place('tiles').replaceChildren(
      ...tiles.map(([label, value]) =>
        make('div', { class: 'tile' }, make('b', {}, String(value)), make('span', {}, label)),
      ),
    );
  }

  function drawSummary(data) {
    if (data.summary.length === 0) {
      place('summary').replaceChildren(
        empty('Nothing has arrived yet. Click an ad, look at a product, buy something.'),
      );
      return;
    }
    const rows = data.summary.map((row) => {
      const others = row.sentAs.filter((name) => name !== row.event);
      return [
        cell(
          make(
            'div',
            {},
            others.length > 0 ? `${row.event} (sent as ${others.join(', ')})` : row.event,
            make('small', {}, pixelName(data, row.pixel)),
          ),
        ),
        number(row.total),
        number(row.server),
        number(row.browser),
        number(row.both),
        number(row.discarded),
        cell(
          Object.entries(row.value)
            .map(([currency, value]) => money(value, currency))
            .join(', '),
          'number',
        ),
        cell(
          make(
            'div',
            { class: 'keys' },
            ...Object.entries(row.matchKeys).map(([key, count]) =>
              make('span', { class: 'key' }, `${key} ${Math.round((100 * count) / row.total)}%`),
            ),
          ),
          'wide',
        ),
        cell(time(row.lastAt)),
      ];
    });
    place('summary').replaceChildren(
      table(
        ['Event', 'Counted', 'Server', 'Browser', 'Both', 'Discarded', 'Value', 'Match keys', 'Last'],
        rows,
      ),
    );
  }

  function drawHours(data) {
    if (data.hours.length === 0) return place('hours').replaceChildren(empty('No hour has events yet.'));
    const most = Math.max(...data.hours.map((hour) => hour.server + hour.browser + hour.both));
    const bars = data.hours.map((hour) => {
      const total = hour.server + hour.browser + hour.both;
      const parts = [
        ['Both', hour.both],
        ['Browser', hour.browser],
        ['Server', hour.server],
      ];
      return make(
        'div',
        { class: 'hour', title: `${hour.hour}: ${total} counted, ${hour.discarded} discarded` },
        String(total),
        ...parts.map(([kind, count]) => make('i', { class: kind, style: `height:${(90 * count) / most}px` })),
        `${hour.hour.slice(11, 13)}h`,
      );
    });
    place('hours').replaceChildren(
      make('div', { class: 'hours' }, ...bars),
      make(
        'p',
        { class: 'legend' },
        badge('Server'),
        ' ',
        badge('Browser'),
        ' ',
        badge('Both'),
        ' by hour of arrival, UTC',
      ),
    );
  }

  function facts(copy) {
    const shown = [
      ['Sent by', copy.sender],
      ['Event time', copy.eventTime],
      ['Value', money(copy.value, copy.currency)],
      ['Order', copy.orderId],
      ['Products', copy.contentIds.join(', ')],
      ['Page', copy.pageUrl],
      ['Limited data use', copy.limitedDataUse ? 'yes' : undefined],
      ['Request', copy.requestId],
      ...Object.entries(copy.user).map(([key, value]) => [key, [value].flat().join(', ')]),
    ].filter(([, value]) => value);
    return make('dl', {}, ...shown.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
  }
  const remarks = (copy) =>
    copy.remarks.map((remark) =>
      make('p', { class: 'remark' }, `Taken, but TikTok would ignore this: ${remark.field} ${remark.says}.`),
    );

  function drawList(id, items, none, draw) {
    const holder = place(id);
    const open = new Set(Array.from(holder.querySelectorAll('details[open]'), (one) => one.dataset.id));
    if (items.length === 0) return holder.replaceChildren(empty(none));
    holder.replaceChildren(
      ...items.map((item) => {
        const drawn = draw(item);
        drawn.dataset.id = String(item.id);
        drawn.open = open.has(String(item.id));
        return drawn;
      }),
    );
  }

  function drawConversions(data) {
    drawList('conversions', data.conversions, 'No event has been counted yet.', (one) => {
      const doubt = one.copies.some((copy) => copy.remarks.length > 0) && data.strict;
      return make(
        'details',
        {},
        make(
          'summary',
          {},
          badge(one.source),
          make('span', { class: 'name' }, one.name),
          make('span', { class: 'id' }, one.eventId ?? 'no event id'),
          make('span', {}, money(one.value, one.currency)),
          make('span', {}, pixelName(data, one.pixel)),
          make('span', {}, `${one.matchKeys.length} match keys`),
          one.discarded > 0 ? badge(`${one.discarded} discarded`, 'bad') : undefined,
          doubt ? badge('partly ignored', 'bad') : undefined,
          time(one.at),
        ),
        ...one.copies.map((copy) =>
          make(
            'div',
            { class: `copy ${copy.verdict.kind}` },
            make(
              'p',
              {},
              badge(copy.channel === 'server' ? 'Server' : 'Browser'),
              ` #${copy.id} at ${clock(copy.at)}. ${copy.says}`,
            ),
            ...(data.strict ? remarks(copy) : []),
            facts(copy),
          ),
        ),
      );
    });
  }

  function drawTests(data) {
    drawList('tests', data.tests, 'No test event has arrived.', (copy) =>
      make(
        'details',
        {},
        make(
          'summary',
          {},
          badge(copy.testEventCode, 'test'),
          make('span', { class: 'name' }, copy.event),
          make('span', { class: 'id' }, copy.eventId ?? 'no event id'),
          make('span', {}, money(copy.value, copy.currency)),
          make('span', {}, pixelName(data, copy.pixel)),
          time(copy.at),
        ),
        make('div', { class: 'copy' }, ...(data.strict ? remarks(copy) : []), facts(copy)),
      ),
    );
  }

  function drawRequests(data) {
    if (data.requests.length === 0)
      return place('requests').replaceChildren(empty('No request has been made.'));
    const rows = data.requests.map((one) => [
      cell(time(one.at)),
      cell(pixelName(data, one.pixel)),
      number(one.events),
      cell(one.taken ? badge('taken', 'good') : badge('refused', 'bad')),
      cell(one.status === undefined ? 'no answer' : `HTTP ${one.status}`),
      cell(one.code === undefined ? '' : `code ${one.code}`),
      cell(one.fault ? `Fault: ${one.message}` : one.message, 'wide'),
    ]);
    place('requests').replaceChildren(
      table(['Time', 'Pixel', 'Events', '', 'Status', 'Code', 'Message'], rows),
    );
  }

  async function refresh() {
    const address = new URL('/events-manager/api', location.href);
    if (chosen.value) address.searchParams.set('pixel', chosen.value);
    const answer = await fetch(address);
    const data = await answer.json();
    place('clock').textContent = `Sandbox time ${data.now.replace('T', ' ').slice(0, 19)} UTC`;
    const drawn = JSON.stringify({ ...data, now: '' });
    if (drawn === lastDrawn) return;
    lastDrawn = drawn;
    if (chosen.options.length !== data.pixels.length + 1) {
      const keep = chosen.value || query.get('pixel') || '';
      chosen.replaceChildren(
        make('option', { value: '' }, 'All pixels'),
        ...data.pixels.map((pixel) => make('option', { value: pixel.code }, `${pixel.name} · ${pixel.code}`)),
      );
      chosen.value = keep;
      if (keep) return refresh();
    }
    drawTiles(data);
    drawSummary(data);
    drawHours(data);
    drawConversions(data);
    drawTests(data);
    drawRequests(data);
  }

  chosen.addEventListener('change', () => void refresh());
  async function live() {
    try {
      await refresh();
    } catch {
      place('clock').textContent = 'The sandbox does not answer. This page tries again every two seconds.';
    }
    setTimeout(() => void live(), 2_000);
  }
  void live();
})();
