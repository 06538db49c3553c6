/** Ways in which programs of the agent reach out, as audit log and metrics name them. */
export const egressSurfaces = {
  connect: '`CONNECT host:port` of HTTP/1.1; behind it TLS of the host, plain HTTP, or bytes',
  http: '`METHOD http://host[:port]/path` of HTTP/1.1, with `Upgrade` too',
  transparent:
    'any TCP connection, which the packet rules redirect here: TLS with a name, plain HTTP with `Host`, or bytes to an address that was given for a name',
  dns: 'a question, over UDP or TCP, which is answered with an address for the name',
} as const;
