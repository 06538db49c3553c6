import type { Name } from './world.ts';

/** Ports that every pair is asked for. */
export const ports = [
  'tcp 22',
  'tcp 53',
  'udp 53',
  'tcp 80',
  'tcp 443',
  'udp 443',
  'sctp 443',
  'udp 123',
  'tcp 5432',
  'tcp 5353',
  'udp 5353',
  'tcp 6443',
  'tcp 8080',
  'tcp 8081',
  'tcp 8443',
  'tcp 8444',
  'tcp 9080',
  'tcp 9081',
  'tcp 9443',
  'tcp 10250',
] as const;

/** A protocol and a port. */
export type Port = (typeof ports)[number];

/** What may be opened, by who opens it and to whom; written down by hand from what the docs promise. */
type Table = Readonly<Partial<Record<Name, Readonly<Partial<Record<Name, readonly Port[]>>>>>>;

const dns = ['tcp 53', 'udp 53'] as const;
const status = ['tcp 9080', 'tcp 9081'] as const;

/**
 * Every pair and port that has a sandbox, or a pod in the namespace of one, at either end and is open, in
 * both families. All others are closed. Pairs without such an end are open, as no policy is about them.
 */
export const open: Table = {
  a: {
    'kube-dns': dns,
    // Its provider is at 443, and its entries name 22 and 5432 of hosts: a policy knows no names.
    internet: ['tcp 22', 'tcp 443', 'tcp 5432'],
    // A policy does not tell it from the internet unless the platform says which addresses are its own.
    'node with a public address': ['tcp 22', 'tcp 443', 'tcp 5432'],
    'private endpoint': ['tcp 5432'],
    'private endpoint of IPv6': ['tcp 443'],
    // Not b at 8081: that b lets a in does not let a out.
  },
  b: {
    'kube-dns': dns,
    internet: ['tcp 9443'],
    'node with a public address': ['tcp 9443'],
  },
  c: {
    'kube-dns': dns,
    internet: ['tcp 443'],
    'node with a public address': ['tcp 443'],
    // The range of c has b and the pod beside a as well; they let nobody in.
    a: ['tcp 8080'],
  },
  // Its cluster has DNS elsewhere, a scraper, and public addresses.
  d: {
    'node-local DNS': dns,
    'DNS pod at another port': ['tcp 5353', 'udp 5353'],
    internet: ['tcp 443'],
  },
  scraper: { d: status },
  web: { a: ['tcp 8080'] },
  'pod of the platform': { a: status, b: status, c: status, d: status },
};
