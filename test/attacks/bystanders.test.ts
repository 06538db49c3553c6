import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { disturbing, whileAnswering, type Bystander } from './bystanders.ts';

const stopped = { outcome: 'stopped', detail: 'EMFILE' } as const;

async function bystander(): Promise<{
  who: Bystander;
  end: () => Promise<void>;
  asked: Promise<unknown>;
}> {
  const server = createServer((socket) => socket.end('here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const end = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  const who = { name: 'neighbour', host: '127.0.0.1', port, request: '' };
  return { who, end, asked: once(server, 'connection') };
}

describe('bystanders of an attack', () => {
  it('have answered all the while', async () => {
    const { who, end, asked } = await bystander();
    const { result, silent } = await whileAnswering([who], async () => {
      await asked;
      return 1;
    });
    await end();
    expect([result, silent]).toEqual([1, []]);
    expect(disturbing(stopped, silent)).toBe(stopped);
  });

  it('are named when one falls silent, and the attack has succeeded then', async () => {
    const { who, end, asked } = await bystander();
    const { silent } = await whileAnswering([who], async () => {
      await asked;
      await end();
      // Longer than two looks are apart.
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    expect(silent).toEqual(['neighbour']);
    expect(disturbing(stopped, silent).outcome).toBe('succeeded');
  });

  it('do not change what is unclear', () => {
    const unclear = { outcome: 'error', detail: 'no report' } as const;
    expect(disturbing(unclear, ['router'])).toBe(unclear);
  });
});
