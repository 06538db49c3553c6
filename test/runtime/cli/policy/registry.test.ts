import { mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ALLOWLIST_V1_TYPE,
  contentDigest,
  encodeAllowlistArtifact,
} from 'kars-constructs/contract';
import { pull, push } from '../../../../runtime/cli/policy/run.ts';
import { temporaryDirectory } from '../../../support/documents.ts';
import { httpServer } from '../../../support/servers.ts';
import {
  artifactOf,
  bundleOf,
  listOfV1,
  manifestOf,
  newSigner,
  simpleSignatureOf,
} from '../../../support/signing.ts';

const author = newSigner();

/** A registry in memory that asks for a token, with the referrers API or without. */
async function registry(options: { readonly referrers: boolean }) {
  const blobs = new Map<string, string>();
  const manifests = new Map<string, string>();
  const indexes = new Map<string, string>();
  const asked: string[] = [];
  const paths: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', method = '', headers } = request;
    const place = new URL(url, origin);
    paths.push(place.pathname);
    const body = await text(request);
    const end = (status: number, content = '', extra: Record<string, string> = {}): void => {
      response.writeHead(status, extra).end(content);
    };
    if (place.pathname === '/token') {
      asked.push(headers.authorization ?? 'nobody');
      end(200, JSON.stringify({ token: 't' }));
    } else if (headers.authorization !== 'Bearer t') {
      const challenge = `Bearer realm="${origin}/token",service="test",scope="repository:policies/egress:pull"`;
      end(401, '', { 'www-authenticate': challenge });
    } else if (method === 'POST') {
      end(202, '', { location: '/v2/policies/egress/blobs/uploads/1?state=a' });
    } else if (method === 'PUT') {
      const name = place.pathname.split('/').at(-1) ?? '';
      if (place.pathname.includes('/manifests/')) manifests.set(name, body);
      else blobs.set(place.searchParams.get('digest') ?? '', body);
      end(201);
    } else {
      const name = place.pathname.split('/').at(-1) ?? '';
      const table = place.pathname.includes('/blobs/')
        ? blobs
        : place.pathname.includes('/referrers/')
          ? options.referrers
            ? indexes
            : new Map<string, string>()
          : manifests;
      const found = table.get(name);
      end(found === undefined ? 404 : 200, found ?? '{}');
    }
  };
  const server = await httpServer((request, response) => void answer(request, response));
  const origin = `http://127.0.0.1:${server.port}`;
  const repository = `127.0.0.1:${server.port}/policies/egress`;
  const sign = (digest: string): void => {
    const bundle = bundleOf(digest.replace('sha256:', ''), author);
    blobs.set(contentDigest(bundle), bundle);
    const manifest = JSON.stringify({ layers: [{ digest: contentDigest(bundle) }] });
    manifests.set(contentDigest(manifest), manifest);
    const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const index = JSON.stringify({
      manifests: [{ digest: contentDigest(manifest), artifactType }],
    });
    if (options.referrers) indexes.set(digest, index);
    else manifests.set(digest.replace(':', '-'), index);
  };
  return { repository, sign, asked, paths, blobs, manifests };
}

const flags = () => {
  const key = join(temporaryDirectory(), 'cosign.pub');
  writeFileSync(key, author.pem);
  return { plainHttp: true, key: [key] };
};

const source = (repository: string): string =>
  JSON.stringify({ repository, generation: 1, allowedEndpoints: [{ host: 'api.example.com' }] });

beforeEach(() => {
  const directory = join(temporaryDirectory(), 'docker');
  mkdirSync(directory);
  writeFileSync(join(directory, 'config.json'), '{}');
  vi.stubEnv('DOCKER_CONFIG', directory);
  return () => vi.unstubAllEnvs();
});

describe('a list in a registry', () => {
  it.each([true, false])('is pushed, signed and pulled (referrers API: %s)', async (referrers) => {
    const { repository, sign } = await registry({ referrers });
    const reference = await push('file', source(repository), { plainHttp: true });
    const digest = reference.split('@')[1] ?? '';
    await expect(pull(reference, flags())).rejects.toThrow('KARS_ALLOWLIST_UNSIGNED');
    sign(digest);
    expect(await pull(reference, flags())).toMatchObject({ generation: 1, signer: 'key 1' });
  });

  it('of kars v0.1.x is pulled with the signatures of its time', async () => {
    const { repository, blobs, manifests } = await registry({ referrers: true });
    const list = listOfV1([['api.example.com', 443]], 3);
    const manifest = manifestOf(list, ALLOWLIST_V1_TYPE);
    const digest = contentDigest(manifest);
    blobs.set(contentDigest(list), list);
    manifests.set(digest, manifest);
    const reference = `${repository}@${digest}`;
    await expect(pull(reference, flags())).rejects.toThrow('KARS_ALLOWLIST_UNSIGNED');
    const sign = (of: string): void => {
      const { payload, signature } = simpleSignatureOf(digest, author, of);
      blobs.set(contentDigest(payload), payload);
      const annotations = { 'dev.cosignproject.cosign/signature': signature };
      const layers = [{ digest: contentDigest(payload), annotations }];
      manifests.set(`${digest.replace(':', '-')}.sig`, JSON.stringify({ layers }));
    };
    sign(`${repository}-2`);
    await expect(pull(reference, flags())).rejects.toThrow('it is for');
    sign(repository);
    expect(await pull(reference, flags())).toMatchObject({ generation: 3, signer: 'key 1' });
  });

  it('is the artifact that processes read', async () => {
    const { repository, blobs, manifests } = await registry({ referrers: true });
    await push('file', source(repository), { plainHttp: true });
    const artifact = encodeAllowlistArtifact(artifactOf({ repository }));
    expect(blobs.get(contentDigest(artifact))).toBe(artifact);
    expect([...manifests.values()]).toEqual([manifestOf(artifact)]);
  });

  it('is fetched with what docker login keeps', async () => {
    const { repository, asked } = await registry({ referrers: true });
    const [host = ''] = repository.split('/');
    const file = join(process.env['DOCKER_CONFIG'] ?? '', 'config.json');
    writeFileSync(file, JSON.stringify({ auths: { [host]: { auth: 'dXNlcjpzZWNyZXQ=' } } }));
    expect(readFileSync(file, 'utf8')).toContain(host);
    await push('file', source(repository), { plainHttp: true });
    expect(asked).toEqual(['Basic dXNlcjpzZWNyZXQ=']);
  });

  it('is not there when the registry does not have it, or answers with something else', async () => {
    const { repository, manifests } = await registry({ referrers: true });
    const digest = `sha256:${'0'.repeat(64)}`;
    await expect(pull(`${repository}@${digest}`, flags())).rejects.toThrow('has no sha256:000');
    manifests.set(digest, '{"layers":[]}');
    await expect(pull(`${repository}@${digest}`, flags())).rejects.toThrow('has another form');
    manifests.set(digest, JSON.stringify({ layers: [{ digest }] }));
    await expect(pull(`${repository}@${digest}`, flags())).rejects.toThrow('has no layer');
    await expect(pull(`${repository}:latest`, flags())).rejects.toThrow('supply REPOSITORY@sha256');
  });

  it.each(['layer', 'signature'])(
    'is not asked for elsewhere by the digest of a %s',
    async (of) => {
      const { repository, manifests, asked, paths } = await registry({ referrers: false });
      const digest = `sha256:${'0'.repeat(64)}`;
      const elsewhere = '../../../../token';
      manifests.set(
        digest,
        JSON.stringify({ layers: [{ digest: of === 'layer' ? elsewhere : digest }] }),
      );
      const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
      const index = JSON.stringify({ manifests: [{ digest: elsewhere, artifactType }] });
      if (of === 'signature') manifests.set(digest.replace(':', '-'), index);
      await expect(pull(`${repository}@${digest}`, flags())).rejects.toThrow('no digest');
      expect([asked.length, paths.filter((path) => !/^\/(v2|token)/.test(path))]).toEqual([1, []]);
    },
  );

  it.each(['{', '[]', '"x"'])('is not read out of an answer that is none: %s', async (text) => {
    const { repository, manifests } = await registry({ referrers: false });
    const digest = `sha256:${'0'.repeat(64)}`;
    manifests.set(digest, text);
    await expect(pull(`${repository}@${digest}`, flags())).rejects.toMatchObject({
      name: 'CommandError',
    });
  });

  it('is not fetched where the configuration of docker is none, which is not quoted', async () => {
    const { repository } = await registry({ referrers: true });
    const file = join(process.env['DOCKER_CONFIG'] ?? '', 'config.json');
    writeFileSync(file, '{"auths":{"a":{"auth":"c2VjcmV0"}}');
    const error: unknown = await push('file', source(repository), { plainHttp: true }).catch(
      (caught: unknown) => caught,
    );
    expect(String(error)).toContain('config.json');
    expect(String(error)).not.toContain('c2Vj');
  });

  it('is fetched in the clear from this machine only', async () => {
    const reference = `registry.example.com/a/b@sha256:${'0'.repeat(64)}`;
    await expect(pull(reference, flags())).rejects.toThrow('--plain-http');
  });

  it.each(['Registry.example.com/a', 'registry.example.com', 'user@registry.example.com/a'])(
    'is in no repository %s',
    async (repository) => {
      const reference = `${repository}@sha256:${'0'.repeat(64)}`;
      await expect(pull(reference, flags())).rejects.toThrow('supply REPOSITORY@sha256');
    },
  );

  it('is refused without anybody who may sign', async () => {
    const { repository, sign } = await registry({ referrers: true });
    const reference = await push('file', source(repository), { plainHttp: true });
    sign(reference.split('@')[1] ?? '');
    await expect(pull(reference, { plainHttp: true })).rejects.toThrow('supply --key');
  });

  it('says who cannot be reached', async () => {
    const reference = `127.0.0.1:1/a/b@sha256:${'0'.repeat(64)}`;
    await expect(pull(reference, flags())).rejects.toThrow('cannot be reached');
  });
});
