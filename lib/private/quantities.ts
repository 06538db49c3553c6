import type { Size } from 'cdk8s';

/** CPU cores as Kubernetes writes them. */
export const cores = (count: number): string => `${Math.round(count * 1000)}m`;

/** A size as Kubernetes writes it. */
export const mebibytes = (size: Size): string => `${size.toMebibytes()}Mi`;
