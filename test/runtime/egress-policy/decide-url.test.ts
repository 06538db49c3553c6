import type { EgressAllowlistPayload } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { decideUrl } from '../../../runtime/egress-policy/decide-url.ts';

const allowlist: EgressAllowlistPayload = {
  entries: [
    { host: 'images.example.com', port: 443 },
    { host: 'plain.example.com', port: 80, http: { methods: ['GET'], pathPrefixes: ['/public'] } },
    { host: 'any.example.com', port: 8443, protocol: 'tcp' },
    { host: '*.cdn.example.com', port: 443 },
    { cidr: '203.0.113.0/24', port: 443 },
  ],
  blockedHosts: ['evil.cdn.example.com'],
};

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };

const decide = (url: string) => decideUrl(url, 'GET', { source, allowlist });

describe('a URL that a provider would connect to', () => {
  it.each([
    'https://images.example.com/a.png?size=1',
    'https://images.example.com',
    'https://images.example.com/',
    'https://a.cdn.example.com/x',
    'http://plain.example.com/public/a',
    'https://any.example.com:8443/x',
  ])('is allowed where the egress of the sandbox has it: %s', (url) => {
    expect(decide(url)).toMatchObject({ allow: true });
  });

  it.each<[string, string]>([
    ['https://evil.example/', 'KARS_EGRESS_NOT_ALLOWED'],
    ['https://images.example.com:8443/', 'KARS_EGRESS_NOT_ALLOWED'],
    ['http://images.example.com/', 'KARS_EGRESS_NOT_ALLOWED'],
    ['https://evil.cdn.example.com/', 'KARS_EGRESS_BLOCKED'],
    ['http://plain.example.com/private', 'KARS_EGRESS_REQUEST_NOT_ALLOWED'],
    ['https://203.0.113.7/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://[2001:db8::1]/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://3405803783/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com@evil.example/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://user@images.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com\\@evil.example/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com#@evil.example/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com/#@evil.example', 'KARS_EGRESS_NAME_INVALID'],
    ['https:images.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    [' https://images.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com/\n', 'KARS_EGRESS_NAME_INVALID'],
    ['https://IMAGES.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com./', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images。example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['https://images.example.com:443/', 'KARS_EGRESS_NAME_INVALID'],
    ['//images.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['file:///etc/passwd', 'KARS_EGRESS_NAME_INVALID'],
    ['ftp://images.example.com/', 'KARS_EGRESS_NAME_INVALID'],
    ['gs://images.example.com/a', 'KARS_EGRESS_NAME_INVALID'],
    ['javascript:alert(1)', 'KARS_EGRESS_NAME_INVALID'],
  ])('is refused otherwise: %s', (url, code) => {
    expect(decide(url)).toMatchObject({ allow: false, code });
  });

  it('is refused by a method that the entry does not have', () => {
    const url = 'http://plain.example.com/public/a';
    const code = 'KARS_EGRESS_REQUEST_NOT_ALLOWED';
    expect(decideUrl(url, 'POST', { source, allowlist })).toMatchObject({ code });
  });

  it('is refused without a policy', () => {
    const code = 'KARS_POLICY_UNAVAILABLE';
    expect(decideUrl('https://images.example.com/', 'GET', undefined)).toMatchObject({ code });
  });
});
