import { readCompose } from './model.js';

export interface StackAddresses {
  /** What people call it. */
  pitwall: string;
  /** The same without TLS, which leads there. */
  plain: string;
  grafana: string;
  prometheus: string;
  alertmanager: string;
  /** The folder of the secrets. */
  secrets: string;
}

/** Where the stack is on this machine, by what .env says. */
export async function stackAddresses(variables: Readonly<Record<string, string | undefined>>): Promise<StackAddresses> {
  const secrets = variables.PITWALL_SECRETS || './.secrets';
  const { services } = await readCompose({ ...variables, PITWALL_SECRETS: secrets });
  const portOf = (name: string) => services[name]?.ports?.[0]?.split(':').at(-2);
  const url = (name: string) => `http://localhost:${portOf(name)}`;
  return {
    pitwall: String(services.backend?.environment?.PUBLIC_URL),
    plain: url('nginx'),
    grafana: url('grafana'),
    prometheus: url('prometheus'),
    alertmanager: url('alertmanager'),
    secrets,
  };
}
