import { egressProxyOptions } from 'kars-constructs/contract';
import { readArguments, readPairs } from '../service/arguments.ts';
import type { Log } from '../service/log.ts';
import { allFloors } from '../policy/floor.ts';
import { readParentProxy } from '../service/parent-proxy.ts';
import { failStart, startSidecar } from '../service/sidecar.ts';
import { ApprovalClock } from './approvals/approval-clock.ts';
import { Approvals } from './approvals/approvals.ts';
import { Attempts } from './attempts/attempts.ts';
import { BlockedAttempts } from './attempts/blocked-attempts.ts';
import { BytesFile } from './bytes-file.ts';
import { BytesOfTargets } from './bytes-of-targets.ts';
import { systemDialer } from './dial.ts';
import { NameTable } from './dns/name-table.ts';
import { podAddresses } from './dns/pod-addresses.ts';
import { startDns } from './dns/start.ts';
import { Gate } from './gate.ts';
import { learnFloor } from './learning/learn-floor.ts';
import { Learning } from './learning/learning.ts';
import { listenOn } from './listen.ts';
import { createEgressMetrics } from './metrics.ts';
import { readOverrides } from './overrides.ts';
import { policyInForce } from './policy-in-force.ts';
import { readLimits } from './read-limits.ts';
import { createProxyServer } from './server.ts';
import { AcceptedGenerations } from './signed-allowlist/accepted-generations.ts';
import { approvableBy } from './signed-allowlist/approvable.ts';
import { readTrust } from './signed-allowlist/read-trust.ts';
import { signedFloor, unsignedFloor } from './signed-allowlist/signed-floor.ts';
import { kernelDestinations } from './transparent/original-destination.ts';

try {
  const { common, own } = readArguments('egress-proxy', egressProxyOptions, process.argv.slice(2));
  const resolve = own.list('resolve');
  const overrides = readOverrides(readPairs('resolve', resolve));
  const parent = readParentProxy(common.parent);
  const dnsPort = own.port('dns-port');
  const { bounds, dns: dnsBounds, bytesOfTarget } = readLimits(own);
  const bytesOfTargets = bytesOfTarget && new BytesOfTargets(bytesOfTarget);
  const bytesFile = bytesOfTargets && new BytesFile(bytesOfTargets);
  const pod = podAddresses();
  const names = new NameTable(pod);
  const clock = new ApprovalClock();
  const trust = readTrust(own);
  const generations = new AcceptedGenerations();
  const signatures =
    trust === undefined
      ? unsignedFloor
      : // Only who signs lists has the libraries in memory.
        signedFloor({
          trust,
          generations,
          verify: (await import('kars-constructs/signing')).verifyAllowlist,
        });
  const floor = allFloors(
    learnFloor(parent === undefined ? own.optional('learn-ceiling') : undefined),
    signatures,
  );
  const read = async (directory: string, log: Log): Promise<void> => {
    await clock.read(directory, log);
    await generations.read(directory);
    await bytesFile?.read(directory, log);
    if (dnsPort !== undefined) await names.read(directory, log);
  };
  const sidecar = await startSidecar('egress-proxy', common, {
    overrides: resolve,
    floor,
    readState: read,
  });
  const { documents, log, recorder } = sidecar;
  const approvals = await Approvals.open({
    directory: own.text('approvals'),
    sandbox: common.sandbox,
    ceiling: own.count('approval-ceiling') ?? 0,
    mayApprove: (host, port) => approvableBy(documents.snapshot())(host, port),
    clock,
    log,
  });
  const learning = new Learning({ snapshot: () => documents.snapshot(), clock, log });
  const inForce = policyInForce(
    () => documents.snapshot(),
    () => approvals.hosts(),
    () => learning.now(),
  );
  const blocked = new BlockedAttempts(log);
  const learned = new Attempts('egress-learned', log);
  const gate = new Gate({
    inForce,
    recorder,
    dialer: systemDialer(overrides, { times: bounds, parent }),
    bounds,
    bytesOfTargets,
    blocked,
    learned,
    metrics: createEgressMetrics(sidecar.registry),
  });
  documents.onSwap(() => {
    learning.look();
    void approvals.reload().then(() => gate.enforceAnew());
  });
  learning.onChange(() => void gate.enforceAnew());
  approvals.onChange(() => void gate.enforceAnew());
  const { host, port } = common.agent;
  const nameOf = (address: string): string | undefined => names.nameOf(address);
  const redirected =
    dnsPort === undefined ? undefined : { destinationOf: await kernelDestinations(), nameOf };
  const hosts = [host, ...(redirected === undefined ? [] : pod.loopback)] as const;
  const server = createProxyServer(gate, log, bounds, redirected);
  const proxy = await listenOn(hosts, port, server);
  const dns =
    dnsPort === undefined
      ? undefined
      : await startDns({
          sidecar,
          inForce,
          blocked,
          names,
          hosts,
          port: dnsPort,
          bounds: dnsBounds,
        });
  sidecar.serving(proxy.port, async () => {
    proxy.close();
    await gate.end();
    await bytesFile?.close();
    await dns?.close();
    blocked.close();
    learned.close();
    learning.close();
    await approvals.close();
  });
} catch (error) {
  failStart('egress-proxy', error);
}
