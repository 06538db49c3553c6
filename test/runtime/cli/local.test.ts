import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeProjectedVolume } from '../../../runtime/cli/local/documents-volume.ts';
import { Child } from '../../../runtime/cli/local/child.ts';
import { scoped } from '../../../runtime/cli/local/scope.ts';
import { untilReady } from '../../../runtime/cli/local/status.ts';
import { makeTemporaryDirectory } from '../../../runtime/cli/local/temporary-directory.ts';
import { expandVariables } from '../../../runtime/cli/local/variables.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { httpServer } from '../../support/servers.ts';

describe('a projected volume', () => {
  it('has one link a file, all through the link that a later write swaps', async () => {
    const directory = join(temporaryDirectory(), 'documents');
    await writeProjectedVolume(directory, new Map([['a.json', 'one']]));
    const first = readlinkSync(join(directory, '..data'));
    expect(lstatSync(join(directory, 'a.json')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(directory, 'a.json'))).toBe(join('..data', 'a.json'));
    await writeProjectedVolume(directory, new Map([['a.json', 'two']]));
    expect(readlinkSync(join(directory, '..data'))).not.toBe(first);
    expect(readFileSync(join(directory, 'a.json'), 'utf8')).toBe('two');
  });
});

describe('the variables of a container', () => {
  it('refer to those further up, as a kubelet expands them', () => {
    expect(
      expandVariables([
        { name: 'A', value: 'x' },
        { name: 'B', value: '$(A)/$(LATER)/$$(A)/$A/$()' },
        { name: 'LATER', value: '$(B)' },
        { name: 'EMPTY' },
      ]),
    ).toEqual({ A: 'x', B: 'x/$(LATER)/$(A)/$A/$()', LATER: 'x/$(LATER)/$(A)/$A/$()', EMPTY: '' });
  });

  it('are refused when their value is in the cluster', () => {
    const valueFrom = { secretKeyRef: { name: 's', key: 'k' } };
    expect(() => expandVariables([{ name: 'TOKEN', valueFrom }])).toThrow(
      'got a value from the cluster for the variable TOKEN',
    );
  });
});

describe('a scope', () => {
  it('undoes the last thing first, whatever fails', async () => {
    const undone: string[] = [];
    const work = scoped((defer) => {
      defer(() => void undone.push('first'));
      defer(() => Promise.reject(new Error('of a step')));
      defer(() => void undone.push('last'));
      return Promise.reject(new Error('of the work'));
    });
    await expect(work).rejects.toThrow('of the work');
    expect(undone).toEqual(['last', 'first']);
  });

  it('fails when only a step does', async () => {
    const work = scoped((defer) => {
      defer(() => Promise.reject(new Error('of a step')));
      return Promise.resolve(1);
    });
    await expect(work).rejects.toThrow('of a step');
  });
});

describe('a temporary directory', () => {
  it('goes away, unless it is to be kept', () => {
    const here = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporaryDirectory();
    try {
      const gone = makeTemporaryDirectory('a-');
      const kept = makeTemporaryDirectory('b-', { keep: true });
      for (const { path } of [gone, kept]) mkdirSync(join(path, 'content'));
      gone.remove();
      kept.remove();
      expect(readdirSync(process.env['TMPDIR']).map((name) => name.slice(0, 2))).toEqual(['b-']);
    } finally {
      if (here === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = here;
    }
  });
});

describe('a child', () => {
  const script = (source: string): Child =>
    new Child({ name: 'script', args: ['--input-type=module', '-e', source], env: {} });

  it('says where it listens', async () => {
    const child = script(
      `console.log('no record'); console.log('{"event":"listening","listener":"agent","port":7}'); setInterval(() => 0, 1e6)`,
    );
    expect(await child.port('agent')).toBe(7);
    await child.stop();
  });

  it('that ends before it listens fails with its last words', async () => {
    const child = script(`console.error('no disk'); process.exitCode = 4`);
    await expect(child.port('agent')).rejects.toThrow('script ended with code 4: no disk');
  });

  it('has the environment that it was given and no other', async () => {
    const records: unknown[] = [];
    const child = new Child({
      name: 'script',
      args: ['-e', 'console.log(JSON.stringify(process.env))'],
      env: { ONLY: 'this' },
      onRecord: (record) => records.push(record),
    });
    expect(await child.ended()).toBe(0);
    expect(records).toEqual([{ ONLY: 'this' }]);
  });
});

describe('waiting for a process', () => {
  it('goes on until it is ready', async () => {
    let asked = 0;
    const { port } = await httpServer((_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end('{}');
    });
    await untilReady('router', port);
    expect(asked).toBe(3);
  });

  it('gives up with the reason that the process has', async () => {
    const { port } = await httpServer((_request, response) => {
      response.writeHead(503).end('{"reason":"KARS_DOCUMENT_DIGEST"}');
    });
    await expect(untilReady('router', port, 0)).rejects.toThrow(
      'router is not ready: {"reason":"KARS_DOCUMENT_DIGEST"}',
    );
  });

  it('fails when nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    await expect(untilReady('router', port)).rejects.toThrow('ECONNREFUSED');
  });
});
