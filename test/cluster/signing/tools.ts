import { cacheRoot } from '../../../scripts/cache.ts';
import { goProgramPath, type GoProgram } from '../../../scripts/images/go-program.ts';

/** What signs. */
export const cosign: GoProgram = {
  name: 'cosign',
  source: 'github.com/sigstore/cosign/v3/cmd/cosign',
  version: 'v3.1.3',
};

/** A registry as its authors build it. */
export const registry: GoProgram = {
  name: 'registry',
  source: 'github.com/distribution/distribution/v3/cmd/registry',
  version: 'v3.1.2',
};

/** The programs that the tests of signatures need. */
export const signingTools: readonly GoProgram[] = [cosign, registry];

/** Path of one of them. */
export const toolPath = (tool: GoProgram): string => goProgramPath(cacheRoot(), tool);
