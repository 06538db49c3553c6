import type { Sidecar } from '../../service/sidecar.ts';
import type { BlockedAttempts } from '../attempts/blocked-attempts.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { dnsLimits, type DnsLimits } from './limits.ts';
import { Lookups } from './lookups.ts';
import type { NameTable } from './name-table.ts';
import { Responder } from './responder.ts';
import { startDnsServer, type DnsServer } from './server.ts';

/** Serves DNS from the parts of a sidecar. */
export async function startDns(options: {
  readonly sidecar: Pick<Sidecar, 'recorder' | 'log' | 'registry'>;
  readonly inForce: () => PolicyInForce;
  readonly blocked?: BlockedAttempts;
  readonly names: NameTable;
  readonly hosts: readonly string[];
  readonly port: number;
  /** @default {@link dnsLimits} */
  readonly bounds?: Partial<DnsLimits>;
}): Promise<DnsServer> {
  const { inForce, blocked, names, hosts, port } = options;
  const { recorder, log, registry } = options.sidecar;
  const bounds = { ...dnsLimits, ...options.bounds };
  const lookups = new Lookups({ inForce, blocked, recorder, names, log });
  const responder = new Responder({ lookups, log, registry, bounds });
  const server = await startDnsServer({ responder, hosts, port, bounds, log });
  log.info('listening', { listener: 'dns', hosts, port: server.port });
  return server;
}
