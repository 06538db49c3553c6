import { once } from 'node:events';
import { egressProxyOptions } from 'kars-constructs/contract';
import { readArguments, readPairs } from '../service/arguments.ts';
import { failStart, startSidecar } from '../service/sidecar.ts';
import { listeningPort } from '../service/status-server.ts';
import { systemDialer } from './dial.ts';
import { Gate } from './gate.ts';
import { readOverrides } from './overrides.ts';
import { createProxyServer } from './server.ts';

try {
  const { common, own } = readArguments('egress-proxy', egressProxyOptions, process.argv.slice(2));
  const resolve = own.list('resolve');
  const overrides = readOverrides(readPairs('resolve', resolve));
  const sidecar = await startSidecar('egress-proxy', common, resolve);
  const gate = new Gate({
    snapshot: () => sidecar.documents.snapshot(),
    recorder: sidecar.recorder,
    dialer: systemDialer(overrides),
  });
  const server = createProxyServer(gate, sidecar.log);
  server.listen(common.agent);
  await once(server, 'listening');
  sidecar.serving(listeningPort({ server }), async () => {
    server.close();
    server.closeAllConnections();
    await Promise.resolve();
  });
} catch (error) {
  failStart('egress-proxy', error);
}
