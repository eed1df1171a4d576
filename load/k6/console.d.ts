/** Global in k6, and missing in its types: https://grafana.com/docs/k6/latest/examples/bundling-and-transpiling/ */
declare const console: Record<'log' | 'warn' | 'error', (message: string) => void>;
