import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { processes } from '../../../lib/contract/process.ts';
import { nodeArguments } from '../../../runtime/cli/programs.ts';
import { asUser, mayRead } from '../as-user.ts';
import { neighbour } from '../packets/addresses.ts';
import { probe, type Attempt } from '../packets/programs.ts';
import type { Backend } from '../packets/world.ts';
import { ProxiedPod } from '../proxied-pod.ts';

/** Ports that the kernel chooses from, so few that one which the agent had comes soon. */
const PORTS = { first: 40_000, last: 40_009 } as const;

const USED: readonly number[] = [40_001, 40_004];

const program = fileURLToPath(new URL('./resolve-often.ts', import.meta.url));

describe.each<Backend>(['nft', 'legacy'])(
  'a sidecar that takes a port after the agent, with %s',
  (backend) => {
    let pod: ProxiedPod;
    afterEach(() => pod.close());

    it.each(['router', 'egress-proxy'] as const)(
      'has its names looked up as the %s',
      async (name) => {
        pod = await ProxiedPod.open({ hosts: `${neighbour.ipv4} site.example` });
        await pod.enforce(backend, { entries: [{ host: 'site.example', port: 443 }] });
        const { exec, pod: namespace } = pod.world;
        const range = `net.ipv4.ip_local_port_range=${PORTS.first} ${PORTS.last}`;
        exec(namespace, 'sysctl', '-qw', range);
        // What is no query gets no answer, and is redirected all the same.
        const asking = USED.map((from): Attempt => ({
          ...{ protocol: 'udp', address: neighbour.ipv4, port: 53, from },
        }));
        expect(await probe(namespace, 1000, asking)).toEqual(['silence', 'silence']);
        const user = asUser(processes[name].uid, ...mayRead);
        const node = [process.execPath, ...nodeArguments, program, 'site.example', '60'];
        expect(JSON.parse(exec(namespace, ...user, ...node))).toEqual([neighbour.ipv4]);
      },
    );
  },
);
