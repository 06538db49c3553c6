import { isIP } from 'node:net';
import type { SecretValue } from 'cdk8s-plus-28';
import type { z } from 'zod';
import type { parentProxy } from '../contract/kinds/kars-sandbox/parent-proxy.ts';
import {
  encodeParentProxy,
  parentAuthority,
  parentProxyProblems,
} from '../contract/parent-proxy.ts';
import type { Problem } from '../contract/problem.ts';

/** Options of {@link ParentProxy.at}. */
export interface ParentProxyOptions {
  /**
   * Ranges that the addresses of the proxy are in, such as `10.20.0.0/28`. The network policies open them at
   * the port of the proxy, and what its name leads to otherwise is not dialled.
   *
   * @default the address itself, where the URL has one
   */
  readonly ranges?: readonly string[];
  /**
   * Key of a Secret in the namespace of the sandbox that holds `user:password`. Only the sidecars mount it.
   *
   * @default nobody signs in
   */
  readonly credentials?: SecretValue;
}

/** A proxy of HTTP that is the only way out of a site. */
export class ParentProxy {
  /** A proxy by its URL: `http`, a host or address, and a port. */
  static at(url: string, options: ParentProxyOptions = {}): ParentProxy {
    return new ParentProxy(url, options);
  }

  /** As the custom resource carries it. @internal */
  readonly spec: z.input<typeof parentProxy>;

  private constructor(url: string, { ranges, credentials }: ParentProxyOptions) {
    this.spec = {
      url,
      ranges: [...(ranges ?? itself(url))],
      ...(credentials === undefined
        ? {}
        : { credentialsSecretRef: { name: credentials.secret.name, key: credentials.key } }),
    };
  }

  /** As an argument of a sidecar carries it. @internal */
  get argument(): string {
    return encodeParentProxy(this.spec);
  }

  /** Everything that is refused about it, below `path`. */
  validate(path: string): Problem[] {
    return parentProxyProblems(this.spec, path);
  }
}

/** The range of nothing but the address in a URL. */
function itself(url: string): string[] {
  const { host = '' } = parentAuthority(url) ?? {};
  const family = isIP(host);
  return family === 0 ? [] : [`${host}/${family === 4 ? 32 : 128}`];
}
