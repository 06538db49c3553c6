/**
 * Where the engine of the agent governance toolkit says something else than ours, by the case of the conformance
 * suite, and why. Behind the same interface it is not offered for sandboxes as long as this list has entries.
 */
export const agtCannot: ReadonlyMap<string, string> = new Map([
  ['a beginning stands for what begins so', 'conditions compare texts in full'],
  ['approval comes before what a lower rule allows', 'conditions compare texts in full'],
  ['of two rules of one priority the stricter decides', 'the one that stands first decides'],
  ['what is below a denied action is denied', 'conditions compare texts in full'],
  ['one verb has two names', 'conditions compare texts in full, and know no other names'],
  [
    'a bound holds behind the rule that allows, by action and not by rule',
    'a limit belongs to the rule that decides, so that an earlier rule switches it off',
  ],
  [
    'what is denied does not count',
    'a limit is a rule that allows, so that it allows what none does',
  ],
  ['a bound that is full leaves the others as they are', 'one rule decides, and one limit with it'],
  [
    'commands are allowed by their program and first words',
    'a line for a shell is a text: a program is what stands before the first space',
  ],
  [
    'nothing rides along with a command that is allowed',
    'a line for a shell is a text: what stands behind the program is not looked at',
  ],
  ['a command that is denied is denied in whatever spelling', 'conditions compare texts in full'],
  ['other commands are not denied with it', 'conditions compare texts in full'],
  ['an action longer than any rule is denied', 'there is no longest action'],
]);
