import * as z from 'zod';

/** What a connection carries: TLS with the name of the host, HTTP/1.1 that is decided by request, or anything. */
export const egressProtocol = () => z.enum(['tls', 'http', 'tcp']);

/** What a connection carries. */
export type EgressProtocol = z.output<ReturnType<typeof egressProtocol>>;

/** Ports whose protocol is known, where an entry does not say another. */
const BY_PORT: ReadonlyMap<number, EgressProtocol> = new Map([
  [443, 'tls'],
  [80, 'http'],
]);

/** Ports of an entry, and what they carry when it is said. */
export interface PortsWithProtocol {
  readonly port: number;
  readonly endPort?: number | undefined;
  readonly protocol?: EgressProtocol | undefined;
}

/** The protocol at one of the ports of an entry. */
export const protocolAt = ({ protocol }: PortsWithProtocol, port: number): EgressProtocol =>
  protocol ?? BY_PORT.get(port) ?? 'tcp';

/** A port that both entries have and that would carry another protocol by each; undefined when there is none. */
export function conflictingPort(
  one: PortsWithProtocol,
  other: PortsWithProtocol,
): number | undefined {
  const first = Math.max(one.port, other.port);
  const last = Math.min(one.endPort ?? one.port, other.endPort ?? other.port);
  // Only the known ports differ from the ports around them; one of three in a row is none of those.
  return [first, first + 1, first + 2, ...BY_PORT.keys()].find(
    (port) => first <= port && port <= last && protocolAt(one, port) !== protocolAt(other, port),
  );
}
