/** Undoes one thing. */
export type Undo = () => void | Promise<void>;

/**
 * Runs `work`, then undoes what it has deferred, the last thing first, whether it succeeded or not. A step
 * that fails does not keep the others from running.
 *
 * @throws Error of `work`, else the first one of a step.
 */
export async function scoped<T>(work: (defer: (undo: Undo) => void) => Promise<T>): Promise<T> {
  const steps: Undo[] = [];
  const faults: unknown[] = [];
  const undoAll = async (): Promise<void> => {
    for (const step of steps.reverse()) {
      try {
        await step();
      } catch (error) {
        faults.push(error);
      }
    }
  };
  let value: T;
  try {
    value = await work((undo) => steps.push(undo));
  } catch (error) {
    await undoAll();
    throw error;
  }
  await undoAll();
  if (faults.length > 0) throw faults[0];
  return value;
}
