import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/**
 * The classes of which Node is to make the requests and answers of an Express app: with the prototypes that Express gives
 * each of them. Changing the prototype of an object that is there cost a small answer a fifth of its time (3 of 17 microseconds); set to the one that
 * it has already, nothing changes.
 */
export function expressMessages(app: Express) {
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  };
}

function withPrototype<T extends typeof IncomingMessage | typeof ServerResponse>(base: T, prototype: object): T {
  function Message(...args: unknown[]): object {
    return Reflect.construct(base, args, Message) as object;
  }
  Message.prototype = prototype;
  return Message as unknown as T;
}
