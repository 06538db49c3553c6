import type { Construct } from 'constructs';
import { trustGraph as definition } from '../contract/kinds/trust-graph.ts';
import type { Problem } from '../contract/problem.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import { isSigned, publicKey } from '../private/ed25519.ts';
import { problem } from '../private/problems.ts';

/** One party of a trust graph. */
export interface TrustVertex {
  /** What edges call the party: printable characters without white space. */
  readonly id: string;
  /** Ed25519 public key, 32 bytes in base64url without padding. */
  readonly publicKey: string;
}

/** How far one party trusts another, said by itself. */
export interface TrustEdge {
  /** Id of the vertex that trusts, and signs. */
  readonly from: string;
  /** Id of the vertex that is trusted. */
  readonly to: string;
  /** 0 to 1000. */
  readonly score: number;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /**
   * Seconds since 1970.
   *
   * @default the edge does not expire
   */
  readonly notAfter?: number;
  /** Ed25519 signature over {@link trustEdgePayload}, in base64url without padding. */
  readonly signature: string;
}

/** Props of {@link TrustGraph}. */
export interface TrustGraphProps extends CustomResourceProps {
  /** The parties. */
  readonly vertices: readonly TrustVertex[];
  /**
   * Who trusts whom.
   *
   * @default nobody trusts anybody
   */
  readonly edges?: readonly TrustEdge[];
}

/**
 * Which agents may talk to which. Every signature is verified at synth; nothing in the cluster acts on
 * the graph in this release, and admission says so.
 */
export class TrustGraph extends CustomResource {
  constructor(scope: Construct, id: string, props: TrustGraphProps) {
    const { vertices, edges = [] } = props;
    super(scope, id, props, () => ({
      definition,
      spec: {
        vertices: vertices.map(({ id: vertex, publicKey: key }) => ({
          id: vertex,
          alg: 'EdDSA',
          publicKeyB64u: key,
        })),
        edges: edges.map((edge) => ({ ...edge })),
      },
      problems: [...vertexProblems(vertices), ...edgeProblems(vertices, edges)],
    }));
  }
}

/** The text that the signature of an edge covers, as kars v0.1.x defines it. */
export function trustEdgePayload({
  from,
  to,
  score,
  issuedAt,
  notAfter,
}: Omit<TrustEdge, 'signature'>): string {
  return `trustgraph.v1\n${from}\n${to}\n${score}\n${issuedAt}\n${notAfter ?? ''}\n`;
}

function vertexProblems(vertices: readonly TrustVertex[]): Problem[] {
  return vertices.flatMap(({ id, publicKey: key }, index) => {
    const path = `vertices[${index}]`;
    const repeated = vertices.findIndex((other) => other.id === id) !== index;
    return [
      ...(/^[^\s\p{C}]+$/u.test(id)
        ? []
        : [
            problem(
              'KARS_NAME_INVALID',
              `${path}.id`,
              `got ${JSON.stringify(id)}, supply printable characters without white space`,
            ),
          ]),
      ...(repeated
        ? [
            problem(
              'KARS_ID_DUPLICATE',
              `${path}.id`,
              `got "${id}" a second time; supply each vertex once`,
            ),
          ]
        : []),
      ...(publicKey(key) === undefined
        ? [
            problem(
              'KARS_KEY_INVALID',
              `${path}.publicKey`,
              'supply 32 bytes of Ed25519 in base64url without padding',
            ),
          ]
        : []),
    ];
  });
}

function edgeProblems(vertices: readonly TrustVertex[], edges: readonly TrustEdge[]): Problem[] {
  const keyOf = (id: string) => vertices.find((vertex) => vertex.id === id)?.publicKey;
  return edges.flatMap((edge, index) => {
    const path = `edges[${index}]`;
    const signer = keyOf(edge.from);
    const key = signer === undefined ? undefined : publicKey(signer);
    const unknown = [edge.from, edge.to].filter((id) => keyOf(id) === undefined);
    if (unknown.length > 0) {
      const text = `got the unknown vertex "${unknown.join('", "')}"; add it to vertices`;
      return [problem('KARS_SIGNATURE_INVALID', path, text)];
    }
    return key !== undefined && isSigned(trustEdgePayload(edge), edge.signature, key)
      ? []
      : [
          problem(
            'KARS_SIGNATURE_INVALID',
            `${path}.signature`,
            `got one that "${edge.from}" did not make over this edge; sign trustEdgePayload(edge) with its key`,
          ),
        ];
  });
}
