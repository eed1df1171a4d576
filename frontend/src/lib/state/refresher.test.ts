import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { Refresher, type Visibility } from './refresher.ts';

const visible: Visibility = { isHidden: () => false, onceVisible: () => undefined };

/** Lets every promise that can settle do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a refresher', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
  });

  it('answers the first request at once, and a burst with one more', async () => {
    const refresh = mock.fn(async () => undefined);
    const refresher = new Refresher(refresh, visible, 500);

    for (let index = 0; index < 50; index++) refresher.request();
    await settle();
    assert.equal(refresh.mock.callCount(), 1);

    for (let index = 0; index < 50; index++) refresher.request();
    mock.timers.tick(499);
    await settle();
    assert.equal(refresh.mock.callCount(), 1);
    mock.timers.tick(1);
    await settle();
    assert.equal(refresh.mock.callCount(), 2);

    mock.timers.tick(5000);
    await settle();
    assert.equal(refresh.mock.callCount(), 2);
  });

  it('never has two under way, and does not lose what was asked meanwhile', async () => {
    const answers: (() => void)[] = [];
    const refresh = mock.fn(() => new Promise<void>((resolve) => answers.push(resolve)));
    const refresher = new Refresher(refresh, visible, 500);

    refresher.request();
    refresher.request();
    mock.timers.tick(5000);
    await settle();
    assert.equal(refresh.mock.callCount(), 1);

    answers[0]?.();
    await settle();
    mock.timers.tick(500);
    await settle();
    assert.equal(refresh.mock.callCount(), 2);
  });

  it('repeats a failed call, later, until one succeeds', async () => {
    let isDown = true;
    const refresh = mock.fn(async () => {
      if (isDown) throw new Error('down');
    });
    const refresher = new Refresher(refresh, visible, 500, 5000);

    refresher.request();
    await settle();
    mock.timers.tick(4999);
    await settle();
    assert.equal(refresh.mock.callCount(), 1);

    isDown = false;
    mock.timers.tick(1);
    await settle();
    mock.timers.tick(60_000);
    await settle();
    assert.equal(refresh.mock.callCount(), 2);
  });

  it('waits while nobody looks', async () => {
    const refresh = mock.fn(async () => undefined);
    let isHidden = true;
    let lookAgain: () => void = () => assert.fail('nobody waits');
    const visibility: Visibility = { isHidden: () => isHidden, onceVisible: (callback) => (lookAgain = callback) };
    const refresher = new Refresher(refresh, visibility, 500);

    refresher.request();
    await settle();
    assert.equal(refresh.mock.callCount(), 0);

    isHidden = false;
    lookAgain();
    await settle();
    assert.equal(refresh.mock.callCount(), 1);
  });

  it('is still after it was stopped', async () => {
    const refresh = mock.fn(async () => undefined);
    const refresher = new Refresher(refresh, visible, 500);

    refresher.request();
    refresher.request();
    refresher.stop();
    await settle();
    mock.timers.tick(60_000);
    await settle();
    refresher.request();
    await settle();
    assert.equal(refresh.mock.callCount(), 1);
  });
});
