import { once } from 'node:events';
import { egressProxyOptions } from 'kars-constructs/contract';
import { noFloor } from '../policy/floor.ts';
import { readArguments, readPairs } from '../service/arguments.ts';
import { failStart, startSidecar } from '../service/sidecar.ts';
import { listeningPort } from '../service/status-server.ts';
import { systemDialer } from './dial.ts';
import { NameTable } from './dns/name-table.ts';
import { podAddresses } from './dns/pod-addresses.ts';
import { startDns } from './dns/start.ts';
import { Gate } from './gate.ts';
import { readOverrides } from './overrides.ts';
import { createProxyServer } from './server.ts';

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
  const server = createProxyServer(gate, sidecar.log);
  server.listen(common.agent);
  await once(server, 'listening');
  const hosts = [common.agent.host, ...pod.loopback];
  const dns =
    dnsPort === undefined ? undefined : await startDns({ sidecar, names, hosts, port: dnsPort });
  sidecar.serving(listeningPort({ server }), async () => {
    server.close();
    server.closeAllConnections();
    await dns?.close();
  });
} catch (error) {
  failStart('egress-proxy', error);
}
