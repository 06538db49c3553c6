import { egressProxyOptions } from 'kars-constructs/contract';
import { noFloor } from '../policy/floor.ts';
import { readArguments, readPairs } from '../service/arguments.ts';
import { failStart, startSidecar } from '../service/sidecar.ts';
import { systemDialer } from './dial.ts';
import { NameTable } from './dns/name-table.ts';
import { podAddresses } from './dns/pod-addresses.ts';
import { startDns } from './dns/start.ts';
import { Gate } from './gate.ts';
import { limits } from './limits.ts';
import { listenOn } from './listen.ts';
import { readOverrides } from './overrides.ts';
import { createProxyServer } from './server.ts';
import { kernelDestinations } from './transparent/original-destination.ts';

try {
  const { common, own } = readArguments('egress-proxy', egressProxyOptions, process.argv.slice(2));
  const resolve = own.list('resolve');
  const overrides = readOverrides(readPairs('resolve', resolve));
  const dnsPort = own.port('dns-port');
  const pod = podAddresses();
  const names = new NameTable(pod);
  const read = dnsPort === undefined ? undefined : names.read;
  const sidecar = await startSidecar('egress-proxy', common, resolve, noFloor, read);
  const snapshot = () => sidecar.documents.snapshot();
  const dialer = systemDialer(overrides);
  const gate = new Gate({ snapshot, recorder: sidecar.recorder, dialer });
  sidecar.documents.onSwap(() => void gate.enforceAnew());
  const { host, port } = common.agent;
  const nameOf = (address: string): string | undefined => names.nameOf(address);
  const redirected =
    dnsPort === undefined ? undefined : { destinationOf: await kernelDestinations(), nameOf };
  const hosts = [host, ...(redirected === undefined ? [] : pod.loopback)] as const;
  const server = createProxyServer(gate, sidecar.log, limits, redirected);
  const proxy = await listenOn(hosts, port, server);
  const dns =
    dnsPort === undefined ? undefined : await startDns({ sidecar, names, hosts, port: dnsPort });
  sidecar.serving(proxy.port, async () => {
    proxy.close();
    await dns?.close();
  });
} catch (error) {
  failStart('egress-proxy', error);
}
