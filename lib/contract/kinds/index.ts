import type { KindDefinition } from '../kind.ts';
import { a2aAgent } from './a2a-agent.ts';
import { egressApproval } from './egress-approval/index.ts';
import { inferencePolicy } from './inference-policy.ts';
import { karsEval } from './kars-eval.ts';
import { karsMemory } from './kars-memory.ts';
import { karsSandbox } from './kars-sandbox/index.ts';
import { mcpServer } from './mcp-server.ts';
import { toolPolicy } from './tool-policy.ts';
import { trustGraph } from './trust-graph.ts';

/** The nine kinds, in the order in which they are listed everywhere. */
export const kinds: readonly KindDefinition[] = [
  karsSandbox,
  inferencePolicy,
  toolPolicy,
  egressApproval,
  trustGraph,
  a2aAgent,
  mcpServer,
  karsMemory,
  karsEval,
];
