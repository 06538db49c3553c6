import { describe, expect, it } from 'vitest';
import { artifactOf as read, bumped } from '../../../../runtime/cli/policy/policy-source.ts';

const artifactOf = (file: string, text: string): string => read(file, text).artifact;

const base = 'repository: registry.example.com/policies/egress\ngeneration: 1\n';

describe('a policy file', () => {
  it('gives the same artifact whatever the order and spelling', () => {
    const one = `${base}allowedEndpoints: [{ host: b.example.com, port: 443 }, { host: a.example.com }]\n`;
    const other = JSON.stringify({
      allowedEndpoints: [{ host: 'a.example.com' }, { host: 'b.example.com' }],
      generation: 1,
      repository: 'registry.example.com/policies/egress',
    });
    expect(artifactOf('one', one)).toBe(artifactOf('other', other));
    expect(artifactOf('one', one)).toBe(
      '{"allowlist":{"entries":[{"host":"a.example.com","port":443},{"host":"b.example.com","port":443}]},"generation":1,"repository":"registry.example.com/policies/egress"}',
    );
  });

  it('carries every form of entry, and what may be approved', () => {
    const text = `${base}allowedEndpoints:
  - { host: '*.example.org', port: 8000, endPort: 8010, protocol: tcp }
  - { cidr: 10.1.0.0/24, port: 5432 }
  - { host: web.example.com, port: 80, http: { methods: [GET], pathPrefixes: [/v1], upgrade: [websocket] } }
blockedHosts: [admin.example.org]
encryptedHello: Outer
approvable: [{ host: '*.example.net' }]
`;
    expect(JSON.parse(artifactOf('file', text))).toMatchObject({
      allowlist: { blockedHosts: ['admin.example.org'], encryptedHello: 'outer' },
      approvable: [{ host: '*.example.net', port: 443 }],
    });
  });

  it.each([
    ['no YAML', 'a: [', 'file'],
    ['a field that there is none of', `${base}hosts: []\n`, 'hosts'],
    ['no generation', 'repository: registry.example.com/a\n', 'generation'],
    ['no repository', 'generation: 1\n', 'repository'],
    [
      'a repository with a tag',
      'repository: registry.example.com/a:1\ngeneration: 1\n',
      'repository',
    ],
    [
      'host and cidr at once',
      `${base}allowedEndpoints: [{ host: a.b, cidr: 10.0.0.0/8 }]\n`,
      'either',
    ],
    ['a host that is none', `${base}allowedEndpoints: [{ host: 'A B' }]\n`, 'KARS_EGRESS_HOST'],
    ['a pattern that is none', `${base}approvable: [{ host: '*' }]\n`, 'approvable'],
  ])('is refused with %s', (_, text, reason) => {
    expect(() => artifactOf('file', text)).toThrow(reason);
  });

  it('gets the next generation, and keeps its comments', () => {
    const first = bumped('file', '# ours\nrepository: a.example.com/b\n');
    expect(first).toEqual({
      generation: 1,
      text: '# ours\nrepository: a.example.com/b\ngeneration: 1\n',
    });
    expect(bumped('file', first.text).generation).toBe(2);
    expect(() => bumped('file', 'generation: soon\n')).toThrow('generation');
  });
});
