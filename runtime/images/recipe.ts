/** Something that goes into a layer. */
export type Content =
  /** Files of a Debian package, as glob patterns below its root; what its licence asks for comes with them. */
  | {
      readonly kind: 'debian';
      readonly package: string;
      readonly files: readonly string[];
    }
  /** The Node.js binary that the workspace `tools/node` pins. */
  | { readonly kind: 'node' }
  /** A program of this package as one file, `/app/PROGRAM.js`. */
  | { readonly kind: 'bundle'; readonly program: 'router' | 'egress-proxy' | 'agent' }
  /** The native module that a bundle with koffi loads: calls of the C library that Node.js has none for. */
  | { readonly kind: 'koffi' }
  /** A program of `runtime/launcher`. */
  | { readonly kind: 'launcher'; readonly program: 'guard' | 'launch' }
  /** A file of ours. */
  | { readonly kind: 'text'; readonly path: string; readonly text: string };

/** A file-system layer that several images have in common. */
export interface SharedLayer {
  readonly from?: SharedLayer;
  readonly name: string;
  readonly contents: readonly Content[];
}

/** How one image is made. */
export interface Recipe {
  readonly from: SharedLayer;
  readonly contents: readonly Content[];
  readonly entrypoint: readonly string[];
  /** User and group, as numbers: `runAsNonRoot` of Kubernetes knows no names. */
  readonly user: number;
  /** Most that it may hold, unpacked. */
  readonly maxBytes: number;
}

/** The contents of a recipe, those of the layers below first. */
export function allContents({ from, contents }: Pick<Recipe, 'from' | 'contents'>): Content[] {
  return [...layersBelow(from).flatMap((layer) => layer.contents), ...contents];
}

/** A shared layer and those below it, the lowest first. */
export function layersBelow(layer: SharedLayer): SharedLayer[] {
  return [...(layer.from === undefined ? [] : layersBelow(layer.from)), layer];
}
