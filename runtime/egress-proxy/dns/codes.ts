/** Response codes. @see https://www.iana.org/assignments/dns-parameters */
export const rcodes = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
  badVers: 16,
} as const;

/** A response code. */
export type Rcode = (typeof rcodes)[keyof typeof rcodes];

/** Types of records that are answered with an address, and ANY, which asks for whatever there is. */
export const recordTypes = { a: 1, aaaa: 28, opt: 41, any: 255 } as const;

/** The class of the internet. */
export const CLASS_IN = 1;
