import { nameProblems } from '../private/names.ts';

/** Pods of a namespace, all of them without labels. */
export interface PodsOf {
  /** Name of the namespace. */
  readonly namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** An empty name would select no namespace, and look as if it selected every one. */
export const podsFault = ({ namespace }: PodsOf): string | undefined =>
  nameProblems(namespace).length > 0
    ? `got the namespace "${namespace}", supply the name of one`
    : undefined;
