import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { Live, type Projected, type Stream } from './live.svelte.ts';

const CLOSED = 2;
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Streams that do what the test says. */
function streams() {
  const opened: (Stream & { closed: boolean; refuse(): void; open(): void })[] = [];
  const connect = () => {
    const stream = {
      readyState: 0,
      closed: false,
      onopen: null as Stream['onopen'],
      onerror: null as Stream['onerror'],
      addEventListener: () => undefined,
      close() {
        this.closed = true;
      },
      open() {
        this.onopen?.call(null as never, new Event('open'));
      },
      refuse() {
        this.readyState = CLOSED;
        this.onerror?.call(null as never, new Event('error'));
      },
    };
    opened.push(stream as never);
    return stream as unknown as Stream;
  };
  return { opened, connect };
}

describe('the live stream', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
  });

  it('tells that everything may be stale when it opens', () => {
    const { opened, connect } = streams();
    const told: Projected[] = [];
    const live = new Live(connect, async () => true);
    live.subscribe((projected) => told.push(projected));
    live.start();
    opened[0]?.open();

    assert.equal(live.connection, 'live');
    assert.deepEqual(
      told.map(({ more }) => more),
      [true],
    );
  });

  it('is opened again after an answer that is none, while somebody is signed in', async () => {
    const { opened, connect } = streams();
    const live = new Live(connect, async () => true);
    live.start();
    opened[0]?.refuse();
    await settle();
    assert.equal(live.connection, 'reconnecting');

    mock.timers.tick(5000);
    assert.equal(opened.length, 2);
  });

  it('is not tried again once nobody is signed in', async () => {
    const { opened, connect } = streams();
    const live = new Live(connect, async () => false);
    live.start();
    opened[0]?.refuse();
    await settle();
    mock.timers.tick(600_000);
    await settle();

    assert.equal(opened.length, 1);
    assert.equal(live.connection, 'ended');
  });

  it('stays closed when the page was left meanwhile', async () => {
    const { opened, connect } = streams();
    const stop = new Live(connect, async () => true).start();
    opened[0]?.refuse();
    stop();
    await settle();
    mock.timers.tick(600_000);

    assert.equal(opened.length, 1);
    assert.equal(opened[0]?.closed, true);
  });
});
