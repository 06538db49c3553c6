import { describe, expect, it } from 'vitest';
import type { Decision, EgressEntry } from 'kars-constructs/contract';
import { decideRequest, type HttpRequest } from '../../../runtime/egress-policy/decide-request.ts';
import { decideEgress } from '../../../runtime/egress-policy/decide.ts';

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
const target = { host: 'site.example', port: 80 };

function decide(http: EgressEntry['http'], request: Partial<HttpRequest>): Decision {
  const allowlist = { entries: [{ host: 'site.example', port: 80, http }] };
  const connection = decideEgress(target, { source, allowlist });
  return decideRequest(target, { method: 'GET', path: '/', ...request }, connection);
}

describe('a request of plain HTTP', () => {
  it.each<[string, EgressEntry['http'], Partial<HttpRequest>]>([
    ['anything without rules', undefined, { method: 'PURGE', path: '/a;b//c%2f' }],
    ['a listed method', { methods: ['GET', 'POST'] }, { method: 'POST' }],
    ['a path that is a prefix', { pathPrefixes: ['/v1'] }, { path: '/v1' }],
    ['a path below a prefix', { pathPrefixes: ['/v1'] }, { path: '/v1/models?x=/..' }],
    ['a path below a prefix that ends in a slash', { pathPrefixes: ['/v1/'] }, { path: '/v1/a' }],
    ['an upgrade', { upgrade: ['websocket'] }, { upgrade: 'websocket' }],
  ])('is allowed for %s', (_what, http, request) => {
    expect(decide(http, request)).toMatchObject({ allow: true });
  });

  it.each<[string, EgressEntry['http'], Partial<HttpRequest>]>([
    ['another method', { methods: ['GET'] }, { method: 'POST' }],
    ['a method in lower case', { methods: ['GET'] }, { method: 'get' }],
    ['another path', { pathPrefixes: ['/v1'] }, { path: '/v2' }],
    ['a longer segment', { pathPrefixes: ['/v1'] }, { path: '/v10' }],
    ['a prefix without its slash', { pathPrefixes: ['/v1/'] }, { path: '/v1' }],
    ['another case', { pathPrefixes: ['/v1'] }, { path: '/V1' }],
    ['a prefix in the query', { pathPrefixes: ['/v1'] }, { path: '/?/v1' }],
    ['an encoded slash', { pathPrefixes: ['/v1'] }, { path: '/v1/..%2Fadmin' }],
    ['an encoded backslash', { pathPrefixes: ['/v1'] }, { path: '/v1/..%5cadmin' }],
    ['dots that are encoded twice', { pathPrefixes: ['/v1'] }, { path: '/v1/%252e%252e/a' }],
    ['an encoded end of text', { pathPrefixes: ['/v1'] }, { path: '/v1/a%00' }],
    ['an empty segment', { pathPrefixes: ['/v1'] }, { path: '/v1//a' }],
    ['a parameter of a segment', { pathPrefixes: ['/v1'] }, { path: '/v1/..;/a' }],
    ['an upgrade that no entry has', { methods: ['GET'] }, { upgrade: 'websocket' }],
  ])('is denied for %s', (_what, http, request) => {
    expect(decide(http, request)).toMatchObject({ code: 'KARS_EGRESS_REQUEST_NOT_ALLOWED' });
  });

  it('is told what is missing', () => {
    expect(decide({ methods: ['GET'] }, { method: 'POST', path: '/a?token=x' })).toEqual({
      allow: false,
      code: 'KARS_EGRESS_REQUEST_NOT_ALLOWED',
      rule: 'KarsSandbox agents/reader egress { host: "site.example", port: 80, http: {"methods":["GET"]} }',
      reason: 'no entry of site.example:80 has POST /a',
      cure: 'add http: {"methods":["POST"],"pathPrefixes":["/a"]} to an entry of the host',
    });
  });

  it('is allowed by any of the entries of a target', () => {
    const entries: EgressEntry[] = [
      { host: 'site.example', port: 80, http: { methods: ['GET'] } },
      { host: 'site.example', port: 80, http: { methods: ['POST'], pathPrefixes: ['/in'] } },
    ];
    const connection = decideEgress(target, { source, allowlist: { entries } });
    const outcome = (method: string, path: string): boolean =>
      decideRequest(target, { method, path }, connection).allow;
    expect([outcome('GET', '/x'), outcome('POST', '/in'), outcome('POST', '/x')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each<[string, EgressEntry, boolean]>([
    ['TLS', { host: 'site.example', port: 80, protocol: 'tls' }, false],
    ['anything', { host: 'site.example', port: 80, protocol: 'tcp' }, true],
  ])('to a target that is for %s', (_what, entry, isAllowed) => {
    const connection = decideEgress(target, { source, allowlist: { entries: [entry] } });
    const decision = decideRequest(target, { method: 'GET', path: '/' }, connection);
    expect(decision.allow).toBe(isAllowed);
    if (!isAllowed) expect(decision).toMatchObject({ code: 'KARS_EGRESS_PROTOCOL_MISMATCH' });
  });

  it('is denied as its connection is', () => {
    expect(
      decideRequest(target, { method: 'GET', path: '/' }, decideEgress(target, undefined)),
    ).toMatchObject({ code: 'KARS_POLICY_UNAVAILABLE' });
  });
});
