import { createSubscriber } from 'svelte/reactivity';

/** The present, in milliseconds since the epoch. Ticks each second, and only while something on the page shows it. */
export class Clock {
  private readonly subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });

  get now(): number {
    this.subscribe();
    return Date.now();
  }
}
