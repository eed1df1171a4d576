import type { ComposeModel, Service } from './model.js';

/** What is asked of docker-compose.yml beyond that it is valid. */
export interface Rule {
  name: string;
  /** What breaks it, a line each. */
  faults(model: ComposeModel): string[];
}

/** A rule of each service by itself. */
export function eachService(name: string, faults: (service: Service, name: string) => string[]): Rule {
  return {
    name,
    faults: ({ services }) =>
      Object.entries(services).flatMap(([service, definition]) =>
        faults(definition, service).map((fault) => `${service}: ${fault}`),
      ),
  };
}

/** The fault, where there is one. */
export const unless = (sound: boolean, fault: string): string[] => (sound ? [] : [fault]);
