import { expect, test } from 'vitest';
import { isApprovable } from 'kars-constructs/contract';
import { artifactOf } from '../support/signing.ts';

const artifact = artifactOf({
  approvable: [
    { host: 'api.example.com', port: 443 },
    { host: '*.example.org', port: 8000, endPort: 8010 },
  ],
});

test.each([
  ['api.example.com', 443, true],
  ['api.example.com', 80, false],
  ['www.api.example.com', 443, false],
  ['a.example.org', 8000, true],
  ['a.b.example.org', 8010, true],
  ['example.org', 8000, false],
  ['aexample.org', 8000, false],
  ['a.example.org', 8011, false],
])('whether %s:%i may be approved: %s', (host, port, may) => {
  expect(isApprovable(artifact, host, port)).toBe(may);
});

test('nothing may be approved where the artifact says nothing of it', () => {
  expect(isApprovable(artifactOf(), 'api.example.com', 443)).toBe(false);
});
