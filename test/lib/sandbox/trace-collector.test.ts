import { ClusterNetwork, type TraceCollector } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { containerOf } from '../../support/pod.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';

const url = 'http://collector.observability.svc:4318';

/** A sandbox in a cluster with this collector. */
const traced = (traceCollector?: TraceCollector): SynthesizedApp =>
  synthesize((app) => {
    ClusterNetwork.of(traceCollector === undefined ? {} : { traceCollector }).attachTo(app);
    sandboxIn(agentsChart(app));
  });

const tracesOf = (app: SynthesizedApp, container: string): string[] =>
  (containerOf(app, container).args ?? []).filter((one) => one.startsWith('--traces'));

const egressOf = (app: SynthesizedApp): unknown =>
  (app.find('NetworkPolicy', 'allow-traces') as { spec?: { egress?: unknown } }).spec?.egress;

describe('the collector of traces of a cluster', () => {
  it('is none, and nothing is opened for it', () => {
    const app = traced();
    expect(['router', 'egress-proxy', 'agent'].flatMap((name) => tracesOf(app, name))).toEqual([]);
    const names = app.ofKind('NetworkPolicy').map(({ metadata }) => metadata.name);
    expect(names).not.toContain('allow-traces');
  });

  it('is told to the router alone, and opened at the port of its pods', () => {
    const podLabels = { app: 'collector' };
    const app = traced({ url, pods: { namespace: 'observability', podLabels, port: 14_318 } });
    expect(tracesOf(app, 'router')).toEqual([`--traces=${url}`]);
    expect(['egress-proxy', 'agent'].flatMap((name) => tracesOf(app, name))).toEqual([]);
    expect(egressOf(app)).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } },
            podSelector: { matchLabels: podLabels },
          },
        ],
        ports: [{ protocol: 'TCP', port: 14_318 }],
      },
    ]);
  });

  it('is opened at the port of its URL, and in its ranges where it is outside', () => {
    const pods = { namespace: 'observability' };
    expect(egressOf(traced({ url, pods }))).toMatchObject([{ ports: [{ port: 4318 }] }]);
    const ranges = ['10.20.0.0/28', '10.30.0.0/28'];
    const app = traced({ url: 'https://traces.example.com/otlp', ranges });
    expect(tracesOf(app, 'router')).toEqual(['--traces=https://traces.example.com/otlp']);
    expect(egressOf(app)).toEqual([
      {
        to: ranges.map((cidr) => ({ ipBlock: { cidr } })),
        ports: [{ protocol: 'TCP', port: 443 }],
      },
    ]);
  });
});
