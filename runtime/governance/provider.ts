/** What a policy is asked. */
export interface PolicyQuestion {
  /** Who would act: the sandbox, by the arguments of the process. */
  readonly principal: string;
  /** A verb and what it is about, such as `tool:search`. */
  readonly action: string;
  /** Whether nothing is going to be done, so that nothing counts. @default it is going to be done */
  readonly isTrial?: boolean;
}

/** What a policy says. `rule` names what has decided. */
export type Verdict =
  | { readonly kind: 'allow'; readonly rule: string }
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: string }
  | {
      readonly kind: 'requires_approval';
      readonly rule: string;
      readonly reason: string;
      /** How many humans have to approve. */
      readonly approvals: number;
    }
  | {
      readonly kind: 'rate_limited';
      readonly rule: string;
      readonly reason: string;
      /** Seconds until another may pass. */
      readonly retryAfter: number;
    };

/** Decides actions by a policy. One that cannot decide throws, and whoever asks then denies. */
export interface PolicyDecisionProvider {
  readonly name: string;
  decide(question: PolicyQuestion): Verdict | Promise<Verdict>;
}

/** A provider that denies where the one behind it fails, or does not answer in time. */
export const failClosed = (
  provider: PolicyDecisionProvider,
  milliseconds = 1000,
): PolicyDecisionProvider => ({
  name: provider.name,
  decide: (question) => {
    try {
      const verdict = provider.decide(question);
      return verdict instanceof Promise ? inTime(verdict, provider.name, milliseconds) : verdict;
    } catch {
      return down(provider.name);
    }
  },
});

async function inTime(verdict: Promise<Verdict>, name: string, most: number): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      resolve(down(name));
    }, most);
  });
  try {
    return await Promise.race([verdict, late]);
  } catch {
    return down(name);
  } finally {
    clearTimeout(timer);
  }
}

const down = (name: string): Verdict => ({
  kind: 'deny',
  rule: `policy engine ${name}`,
  reason: 'the policy engine does not answer',
});
