import { describe, expect, it } from 'vitest';
import { Egress } from 'kars-constructs';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

describe('a sandbox is refused at synth', () => {
  it.each([
    ['nothing but a wildcard', '*', 'supply a host name, or "*." and a suffix'],
    ['a wildcard for a part of a label', 'a*.example.com', 'supply a host name, or "*."'],
    ['a wildcard in the middle', 'api.*.example.com', 'supply a host name, or "*."'],
    ['two wildcards', '*.*.example.com', 'supply a host name, or "*."'],
    ['a top-level domain', '*.com', 'supply a suffix of two labels or more'],
    ['a suffix of a registry', '*.co.uk', 'anybody can have a name below co.uk'],
    ['a suffix of a provider', '*.github.io', 'anybody can have a name below github.io'],
    ['a suffix of a store', '*.blob.core.windows.net', 'anybody can have a name below'],
    ['a suffix in upper case', '*.Example.com', 'supply its normal form "example.com" behind'],
    ['an address as a suffix', '*.93.184.216.34', 'supply a host name such as'],
    ['an address literal', '93.184.216.34', 'supply a host name such as'],
    ['an address literal in hexadecimal', '0x7f.1', 'supply a host name such as'],
    ['upper case', 'API.example.com', 'supply its normal form \\"api.example.com\\"'],
    ['a trailing dot', 'api.example.com.', 'supply its normal form \\"api.example.com\\"'],
    ['the machine itself', 'localhost', 'which is the machine itself'],
    ['a port in the host', 'api.acme.example:443', 'host name such as \\"api.acme.example\\"'],
    ['a URL', 'https://Api.acme.example/v1', 'host name such as \\"api.acme.example\\"'],
    ['a comma for a dot', 'api,acme.example', 'host name such as \\"api.example.com\\"'],
  ])('with %s in an egress entry', (_what, host, expected) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), { egress: [Egress.https('ok.example.com'), Egress.https(host)] }),
    );
    expect(problems).toContain('[chart/reader] [KARS_EGRESS_HOST] egress[1].host:');
    expect(problems).toContain(expected.replaceAll('\\"', '"'));
  });

  it.each([
    ['everything', '0.0.0.0/0', 'supply a range without them'],
    ['loopback', '127.0.0.0/8', 'loopback'],
    ['metadata services', '169.254.169.254/32', 'link local, with metadata'],
    ['metadata services of IPv6', 'fd00:ec2::254/128', 'services of AWS'],
    ['the platform address of Azure', '168.63.129.16/32', 'platform address of Azure'],
    ['multicast', 'ff00::/8', 'multicast'],
    ['the unspecified address', '0.0.0.0/32', 'this network'],
    ['bits behind the prefix', '10.20.0.5/28', 'supply its normal form \\"10.20.0.0/28\\"'],
    ['a host', 'db.example.com', 'supply a range such as'],
  ])('with %s in a range of an egress entry', (_what, cidr, expected) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), {
        egress: [Egress.cidr('10.0.0.0/8', 1), Egress.cidr(cidr, 443)],
      }),
    );
    expect(problems).toContain('[chart/reader] [KARS_EGRESS_CIDR] egress[1].cidr:');
    expect(problems).toContain(expected.replaceAll('\\"', '"'));
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('with the port %d in an egress entry', (port) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), { egress: [Egress.tcp('api.example.com', port)] }),
    );
    expect(problems).toContain(
      `[KARS_EGRESS_PORT] egress[0].port: got ${port}, supply a port from 1 to 65535`,
    );
  });

  it.each([
    ['no slash', ['v1'], 'got "v1", supply a path such as "/v1/"'],
    ['a query', ['/v1?a=b'], 'supply a path in normal form without query such as "/v1"'],
    ['dots up', ['/a', '/v1/../v2'], 'such as "/v2"'],
    ['an encoded slash', ['/v1%2fa'], 'which has an encoded slash; supply a plain path'],
    ['a space', ['/v 1'], 'such as "/v%201"'],
  ])('with a path prefix with %s', (_what, pathPrefixes, expected) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), { egress: [Egress.http('site.example.com', { pathPrefixes })] }),
    );
    expect(problems).toContain('[KARS_EGRESS_HTTP] egress[0].http.pathPrefixes[');
    expect(problems).toContain(expected);
  });

  it('with two protocols for a port of one host', () => {
    const egress = [
      Egress.tcp('api.example.com', { from: 400, to: 500 }),
      Egress.https('api.example.com'),
    ];
    expect(synthProblems((app) => sandboxIn(agentsChart(app), { egress }))).toContain(
      '[KARS_EGRESS_PROTOCOL] spec.networkPolicy.allowedEndpoints: got two protocols for port 443 of api.example.com, supply one',
    );
  });

  it.each([
    ['that ends before it begins', 8000, 7999, 'got 7999, supply a last port from 8000 to 65535'],
    ['that ends behind the last port', 8000, 65_536, 'supply a last port from 8000 to 65535'],
    ['that begins before the first port', 0, 80, 'got 0, supply a port from 1 to 65535'],
  ])('with a range of ports %s', (_what, from, to, expected) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), { egress: [Egress.tcp('api.example.com', { from, to })] }),
    );
    expect(problems).toContain('[KARS_EGRESS_PORT] egress[0].');
    expect(problems).toContain(expected);
  });
});
