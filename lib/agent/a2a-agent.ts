import type { Construct } from 'constructs';
import { a2aAgent as definition } from '../contract/kinds/a2a-agent.ts';
import type { Problem } from '../contract/problem.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { publicKey } from '../private/ed25519.ts';
import { problem } from '../private/problems.ts';

/** A key that signs the card of an agent. */
export interface AgentSigningKey {
  /** Key id, unique in the agent. */
  readonly kid: string;
  /** Ed25519 public key, 32 bytes in base64url without padding. */
  readonly publicKey: string;
}

/** Props of {@link A2AAgent}. */
export interface A2AAgentProps extends CustomResourceProps {
  /** Where other agents reach this one; https. */
  readonly endpointUrl: string;
  /** Keys that sign the agent card; at least one. */
  readonly signingKeys: readonly AgentSigningKey[];
}

/**
 * An agent that others may call by the A2A protocol. It is checked at synth and recorded; nothing in
 * the cluster serves it in this release, and admission says so.
 *
 * @see https://a2a-protocol.org/latest/specification/
 */
export class A2AAgent extends CustomResource {
  constructor(scope: Construct, id: string, props: A2AAgentProps) {
    const { endpointUrl, signingKeys } = props;
    super(scope, id, props, () => ({
      definition,
      spec: {
        endpointUrl,
        productionMode: true,
        signingKeys: signingKeys.map(({ kid, publicKey: key }) => ({
          kid,
          alg: 'EdDSA',
          publicKeyB64u: key,
        })),
      },
      problems: keyProblems(signingKeys),
    }));
  }
}

function keyProblems(keys: readonly AgentSigningKey[]): Problem[] {
  return keys.flatMap(({ kid, publicKey: key }, index) => [
    ...(keys.findIndex((other) => other.kid === kid) === index
      ? []
      : [
          problem(
            'KARS_ID_DUPLICATE',
            `signingKeys[${index}].kid`,
            `got "${kid}" a second time; supply each key once`,
          ),
        ]),
    ...(publicKey(key) === undefined
      ? [
          problem(
            'KARS_KEY_INVALID',
            `signingKeys[${index}].publicKey`,
            'supply 32 bytes of Ed25519 in base64url without padding',
          ),
        ]
      : []),
  ]);
}
