import type { IConstruct } from 'constructs';

/** Values that are said once of a construct, and hold for everything in it. */
export class Attachments<Value> {
  readonly #values = new WeakMap<IConstruct, Value>();

  /** Says a value of `scope`. */
  set(scope: IConstruct, value: Value): void {
    this.#values.set(scope, value);
  }

  /** The value of `scope`, else that of the nearest construct around it. */
  nearest(scope: IConstruct): Value | undefined {
    return scope.node.scopes
      .toReversed()
      .map((ancestor) => this.#values.get(ancestor))
      .find((value) => value !== undefined);
  }
}
