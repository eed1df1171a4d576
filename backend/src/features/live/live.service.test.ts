import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { LiveService, type LiveLimits } from './live.service.js';

const services: LiveService[] = [];
afterEach(() => services.splice(0).forEach((service) => service.close()));

function createLive(limits: Partial<LiveLimits> = {}) {
  const counts: number[] = [];
  const live = new LiveService({ liveSubscribers: (count) => void counts.push(count) }, limits);
  services.push(live);
  return { live, counts };
}

/** As much of an answer as the service uses; `writableLength` says how much the page has yet to read. */
class Answer extends EventEmitter {
  req = { method: 'GET' };
  written: string[] = [];
  writableLength = 0;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  writeHead() {
    return this;
  }
  write(text: string) {
    if (this.state !== 'open') throw new Error('Written to an answer that is over.');
    this.written.push(text);
    return true;
  }
  end() {
    this.state = 'ended';
  }
  destroy() {
    this.state = 'destroyed';
    this.emit('close');
  }
  asResponse = () => this as unknown as ServerResponse;
}

const nothing = { pipelines: [], runs: [], deployments: [], more: false };

it('cuts off a page that does not read, and goes on with the others', () => {
  const { live, counts } = createLive({ maxBufferedBytes: 1000 });
  const [slow, quick] = [new Answer(), new Answer()];
  for (const answer of [slow, quick]) live.subscribe(answer.asResponse());
  slow.writableLength = 1001;
  quick.writableLength = 1000;

  live.publish(nothing);

  expect(slow.state).toBe('destroyed');
  expect(slow.written.join()).not.toContain('projected');
  expect(quick.written.join()).toContain('event: projected\ndata: {"pipelines":[]');
  expect(counts.at(-1)).toBe(1);
});

it('lets each page know now and then that it is there', async () => {
  const { live } = createLive({ heartbeatMs: 1 });
  const answer = new Answer();
  live.subscribe(answer.asResponse());

  while (answer.written.filter((text) => text === ':\n\n').length < 2)
    await new Promise((resolve) => setTimeout(resolve, 1));
});

it('forgets a page that went away', () => {
  const { live, counts } = createLive();
  const answer = new Answer();
  live.subscribe(answer.asResponse());
  answer.destroy();

  live.publish(nothing);

  expect(counts).toEqual([1, 0]);
});

it('takes no more pages than it is told to', () => {
  const { live } = createLive({ maxSubscribers: 2 });
  live.subscribe(new Answer().asResponse());
  live.subscribe(new Answer().asResponse());

  expect(() => live.subscribe(new Answer().asResponse())).toThrow('Too many pages are open here.');
});

it('writes nothing to a page that it has ended, though its end is not yet through', () => {
  const { live } = createLive();
  const answer = new Answer();
  live.subscribe(answer.asResponse());

  live.close();
  live.publish(nothing);

  expect(answer.state).toBe('ended');
});
