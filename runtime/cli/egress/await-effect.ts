import type { PodReader } from '../cluster/kube-client.ts';

/** What the egress proxy says of an approval. */
export interface Effect {
  /** Whether it happened. */
  readonly seen: boolean;
  /** Why not, where the proxy says so; `''` otherwise. */
  readonly refused: string;
}

const SECONDS = 30;

/** More lines than an agent causes in the time between two looks. */
const TAIL = { tailLines: 2000 } as const;

/** Waits until the log of the egress proxy says that an approval begins to count, or ends. */
export async function awaitEffect(
  reader: PodReader,
  { namespace, sandbox, approval, file, event }: EffectOptions,
): Promise<Effect> {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const [pod] = await reader.pods(namespace, sandbox);
    if (pod === undefined) return { seen: false, refused: 'the sandbox has no pod' };
    const log = await reader.log(pod, 'egress-proxy', TAIL);
    const records = log.split('\n').filter((line) => line.includes('"event":"approval-'));
    const isSeen = (line: string): boolean =>
      line.includes(`"event":"${event}"`) && line.includes(`"approval":"${approval}"`);
    const lastOf = records.filter((line) => line.includes(`"approval":"${approval}"`)).at(-1) ?? '';
    if (isSeen(lastOf)) return { seen: true, refused: '' };
    const refusal = records.findLast(
      (line) => line.includes('"event":"approval-refused"') && line.includes(`"file":"${file}"`),
    );
    if (refusal !== undefined) {
      return { seen: false, refused: String((JSON.parse(refusal) as { error: unknown }).error) };
    }
    if (Date.now() > end) return { seen: false, refused: '' };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** What {@link awaitEffect} waits for. */
export interface EffectOptions {
  readonly namespace: string;
  readonly sandbox: string;
  /** `namespace/name` of the approval. */
  readonly approval: string;
  readonly file: string;
  readonly event: 'approval-in-force' | 'approval-ended';
}
