/** Why a connection is ended, as a program that speaks TLS is told. @see RFC 8446 section 6.2 */
export const alerts = {
  decodeError: 50,
  accessDenied: 49,
  internalError: 80,
  unrecognizedName: 112,
} as const;

/** Why a connection is ended. */
export type Alert = (typeof alerts)[keyof typeof alerts];

/** A fatal alert in a record of its own, before any key is agreed on. */
export const alertRecord = (alert: Alert): Buffer => Buffer.from([21, 3, 3, 0, 2, 2, alert]);
