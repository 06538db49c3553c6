import { join } from 'node:path';
import { AUDIT_FILE, routerOptions } from 'kars-constructs/contract';
import { allFloors } from '../policy/floor.ts';
import type { Snapshot } from '../policy/snapshot.ts';
import { readArguments, readPairs } from '../service/arguments.ts';
import { readParentProxy } from '../service/parent-proxy.ts';
import { failStart, startSidecar } from '../service/sidecar.ts';
import { listeningPort } from '../service/status-server.ts';
import { createRouter } from './app.ts';
import { CallMetrics } from './call-metrics.ts';
import { contentFloor } from './content-floor.ts';
import { Budget } from './budget/budget.ts';
import { measureBudget } from './budget/metrics.ts';
import { Circuits } from './failover/circuit.ts';
import { circuitsInForce } from './failover/circuit-status.ts';
import { measureCircuits } from './failover/metrics.ts';
import { tokenFloor } from './token-floor.ts';
import { startTracing } from './tracing/start-tracing.ts';
import { Governance } from './governance.ts';
import { profileFloor } from './profile-floor.ts';
import { reachFloor } from './reach-floor.ts';
import { routerStatus } from './router-status.ts';
import { Upstream } from './upstream.ts';

try {
  const { common, own } = readArguments('router', routerOptions, process.argv.slice(2));
  const [overrides, tokenOverrides] = [own.list('provider-endpoint'), own.list('token-endpoint')];
  const upstream = new Upstream({
    credentials: own.text('credentials'),
    identity: own.text('identity'),
    tokenEndpoints: readPairs('token-endpoint', tokenOverrides),
    endpoints: readPairs('provider-endpoint', overrides),
    parent: readParentProxy(common.parent),
  });
  const ceiling = own.optional('token-ceiling');
  const content = own.optional('content-floor');
  const floors = [
    profileFloor,
    reachFloor(own.optional('provider-reach')),
    ...(ceiling === undefined ? [] : [tokenFloor(ceiling)]),
    ...(content === undefined ? [] : [contentFloor(content)]),
  ];
  const budget = new Budget();
  const circuits = new Circuits();
  const policyIn = (snapshot: Snapshot | undefined) => snapshot?.payload('inference-policy');
  const sidecar = await startSidecar('router', common, {
    overrides: [...overrides, ...tokenOverrides],
    floor: allFloors(...floors),
    readState: budget.read,
    status: (snapshot) => routerStatus({ circuits, upstream, budget }, policyIn(snapshot)),
  });
  const policy = () => policyIn(sidecar.documents.snapshot());
  measureBudget(sidecar.registry, () => budget.left(policy()?.budget));
  measureCircuits(sidecar.registry, () => circuitsInForce(circuits.watched(), policy()));
  const tracing = await startTracing(own.optional('traces'), common.sandbox, sidecar);
  const app = createRouter({
    snapshot: () => sidecar.documents.snapshot(),
    recorder: sidecar.recorder,
    upstream,
    budget,
    circuits,
    metrics: new CallMetrics(sidecar.registry, tracing),
    governance: new Governance(common.sandbox),
    auditFile: join(common.state, AUDIT_FILE),
  });
  await app.listen(common.agent);
  sidecar.serving(listeningPort(app), async () => {
    await app.close();
    await tracing?.close();
    await upstream.close();
    budget.close();
  });
} catch (error) {
  failStart('router', error);
}
