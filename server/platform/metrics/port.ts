import type { Scope } from '../../domain/scope.ts';

/** Writes the devices' part of /metrics as chunks of text, in the scope. */
export interface MetricsPort {
  deviceMetrics(scope: Scope): AsyncIterable<string>;
  /** prom-client's text of the server's own metrics. */
  serverMetrics(): Promise<string>;
}
