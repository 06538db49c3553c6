import { describe, expect, it } from 'vitest';
import { ClusterNetwork, type ClusterNetworkProps } from 'kars-constructs';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

describe('a network of a cluster is refused at synth', () => {
  const pods = { namespace: 'kube-system' };

  it.each<[string, ClusterNetworkProps, string]>([
    ['nobody for DNS', { dns: [] }, 'network.dns: got none'],
    [
      'loopback for DNS',
      { dns: [{ address: '127.0.0.1' }] },
      'network.dns[0]: got "127.0.0.1" (loopback)',
    ],
    ['a name for DNS', { dns: [pods, { address: 'dns.example.com' }] }, 'network.dns[1]: got'],
    ['no namespace for DNS', { dns: [{ namespace: '' }] }, 'network.dns[0]: got the namespace ""'],
    [
      'port 0 for DNS',
      { dns: [{ ...pods, port: 0 }] },
      'network.dns[0]: got 0, supply a port from 1 to 65535',
    ],
    [
      'a scraper of every namespace',
      { scrapers: [{ namespace: '*' }] },
      'network.scrapers[0]: got the namespace "*"',
    ],
    [
      'a range with bits behind its prefix',
      { publicRanges: ['52.10.0.1/16'] },
      'supply its normal form "52.10.0.0/16"',
    ],
    ['a range of everything', { publicRanges: ['0.0.0.0/0'] }, 'which leaves no public address'],
    ['a range of everything in IPv6', { publicRanges: ['::/0'] }, 'which leaves no public address'],
    ['a range that is none', { publicRanges: ['52.10'] }, 'network.publicRanges[0]: got "52.10"'],
    [
      'a collector without addresses',
      { traceCollector: { url: 'http://collector:4318' } },
      'network.traceCollector.ranges: got none',
    ],
    [
      'a collector in two places',
      { traceCollector: { url: 'http://collector:4318', pods, ranges: ['10.0.0.0/28'] } },
      'network.traceCollector.ranges: got pods too',
    ],
    [
      'a collector at the metadata service',
      { traceCollector: { url: 'http://collector:4318', ranges: ['169.254.169.254/32'] } },
      'network.traceCollector.ranges: got',
    ],
    [
      'a collector in every namespace',
      { traceCollector: { url: 'http://collector:4318', pods: { namespace: '' } } },
      'network.traceCollector.pods: got the namespace ""',
    ],
    [
      'a collector at port 0',
      { traceCollector: { url: 'http://collector:4318', pods: { ...pods, port: 0 } } },
      'network.traceCollector.pods: got 0',
    ],
    ...[
      'collector:4318',
      'ftp://collector:4318',
      'http://Collector:4318',
      'http://collector:4318/',
      'http://collector:80',
      'http://user:secret@collector:4318',
      'http://collector:4318?key=secret',
      'http://collector:4318#a',
    ].map((url): [string, ClusterNetworkProps, string] => [
      `the collector ${url}`,
      { traceCollector: { url, pods } },
      `network.traceCollector.url: got "${url}"`,
    ]),
  ])('with %s', (_what, props, expected) => {
    const problems = synthProblems((app) => {
      ClusterNetwork.of(props).attachTo(app);
      sandboxIn(agentsChart(app));
    });
    expect(problems).toContain('[KARS_CLUSTER_NETWORK] network.');
    expect(problems).toContain(expected);
  });
});
