import type { RequestHandler } from 'express';

/** Several handlers as one: each layer of Express's router costs a request as much as most of what we do in them. */
export function inTurn(...handlers: RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let at = 0;
    const step = (error?: unknown): void => {
      const handler = handlers[at++];
      if (error || !handler) return next(error);
      try {
        const done = handler(req, res, step) as Promise<void> | undefined;
        if (done) done.catch((thrown: unknown) => next(thrown ?? nothingThrown()));
      } catch (thrown) {
        next(thrown ?? nothingThrown());
      }
    };
    step();
  };
}

/** Passed on as it is, it would mean that all is well. */
const nothingThrown = () => new Error('Something was thrown that is nothing.');
