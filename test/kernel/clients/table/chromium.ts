import { NOT_FORWARDED, type Client } from '../client.ts';

/** Chromium, whose TLS is BoringSSL. It adds an encrypted ClientHello, or what looks like one, to every connection. */
export const chromium: Client = {
  command: ({ host, way, isPlain, proxyPort, directory }) => [
    'chromium-headless-shell',
    // Its own sandbox needs more than a pod lets it have.
    '--no-sandbox',
    ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync', '--ignore-certificate-errors'],
    `--user-data-dir=${directory}`,
    ...(way === 'explicit' ? [`--proxy-server=http://127.0.0.1:${proxyPort}`] : []),
    '--dump-dom',
    `${isPlain ? 'http' : 'https'}://${host}/`,
  ],
  prints: 'reached site.example',
  refused: {
    byAnswer: 'net::ERR_TUNNEL_CONNECTION_FAILED',
    byName: 'net::ERR_NAME_NOT_RESOLVED',
    byEnd: 'net::ERR_SSL_PROTOCOL_ERROR',
    plainly: NOT_FORWARDED,
  },
};
