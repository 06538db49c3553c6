import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { BytesOfTarget, EgressAllowlistPayload } from 'kars-constructs/contract';
import { BytesOfTargets } from '../../../runtime/egress-proxy/bytes-of-targets.ts';
import { systemDialer, type Dialer } from '../../../runtime/egress-proxy/dial.ts';
import { Gate } from '../../../runtime/egress-proxy/gate.ts';
import type { KeptBounds } from '../../../runtime/egress-proxy/kept-connections.ts';
import { limits, type Limits } from '../../../runtime/egress-proxy/limits.ts';
import { policyInForce } from '../../../runtime/egress-proxy/policy-in-force.ts';
import { createProxyServer } from '../../../runtime/egress-proxy/server.ts';
import type { Redirection } from '../../../runtime/egress-proxy/transparent/accept.ts';
import { createLog } from '../../../runtime/service/log.ts';
import { portOf } from '../../support/servers.ts';
import { openSidecar, type TestSidecar } from '../../support/sidecar.ts';

/** A proxy on loopback with this allow-list; without one there is no document set. */
export async function startProxy(
  entries: EgressAllowlistPayload['entries'] | undefined,
  dialer: Partial<Dialer> = {},
  { kept = {}, ...bounds }: Partial<Limits> & { readonly kept?: Partial<KeptBounds> } = {},
  redirection?: Redirection,
  more: Pick<EgressAllowlistPayload, 'encryptedHello'> = {},
  { bytesOfTarget }: { readonly bytesOfTarget?: BytesOfTarget } = {},
): Promise<{ port: number; sidecar: TestSidecar }> {
  const payloads = entries && { 'egress-allowlist': { entries, ...more } };
  const sidecar = await openSidecar('egress-proxy', payloads);
  const all = { ...limits, ...bounds };
  const gate = new Gate({
    inForce: policyInForce(() => sidecar.documents.snapshot()),
    recorder: sidecar.recorder,
    dialer: { ...systemDialer(new Map()), ...dialer },
    bounds: all,
    bytesOfTargets: bytesOfTarget && new BytesOfTargets(bytesOfTarget),
    kept,
  });
  sidecar.documents.onSwap(() => void gate.enforceAnew());
  const server = createProxyServer(
    gate,
    createLog('egress-proxy', () => undefined),
    all,
    redirection,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: portOf(server), sidecar };
}

/** Sends `host:port` to a port of this machine instead of resolving it. */
export const toLoopback = (host: string, port: number, target: number): Partial<Dialer> => ({
  overrides: new Map([[`${host}:${port}`, { host: '127.0.0.1', port: target }]]),
});
