import type { PolicyProfile } from 'kars-constructs/contract';
import type { Verdict } from '../../../runtime/governance/provider.ts';

type Rules = PolicyProfile['policies'];

/** What any engine of policies has to say. */
export interface ConformanceCase {
  readonly what: string;
  readonly rules: Rules;
  /** Asked in this order, each with what the engine has to say. */
  readonly asks: readonly (readonly [action: string, kind: Verdict['kind']])[];
}

const allow = (name: string, actions: string[], priority = 0): Rules[number] => ({
  name,
  type: 'capability',
  allowed_actions: actions,
  priority,
});

const deny = (name: string, actions: string[], priority = 0): Rules[number] => ({
  name,
  type: 'capability',
  denied_actions: actions,
  priority,
});

const safe = allow('safe', ['shell:ls', 'shell:cat', 'shell:git status']);

const destructive = deny('destructive', ['shell:rm', 'shell:mkfs*'], 100);

const any = allow('any', ['shell:*']);

/** Every case, by what it is about. */
export const conformance: readonly ConformanceCase[] = [
  {
    what: 'what no rule is about is denied',
    rules: [],
    asks: [
      ['tool:search', 'deny'],
      ['shell:ls', 'deny'],
      ['', 'deny'],
      ['tool', 'deny'],
    ],
  },
  {
    what: 'an action in full stands for itself alone',
    rules: [allow('tools', ['tool:search'])],
    asks: [
      ['tool:search', 'allow'],
      ['tool:search_all', 'deny'],
      ['tool:sear', 'deny'],
      ['tool:search:x', 'deny'],
      ['tool:Search', 'deny'],
      ['tool:search ', 'deny'],
    ],
  },
  {
    what: 'a beginning stands for what begins so',
    rules: [allow('tools', ['tool:kars_*'])],
    asks: [
      ['tool:kars_spawn', 'allow'],
      ['tool:kars', 'deny'],
      ['mesh:send:tool:kars_x', 'deny'],
    ],
  },
  {
    what: 'the rule with the higher priority decides, wherever it stands',
    rules: [allow('first', ['tool:*'], 1), deny('second', ['tool:delete'], 10)],
    asks: [
      ['tool:search', 'allow'],
      ['tool:delete', 'deny'],
    ],
  },
  {
    what: 'a higher rule that allows comes before a lower one that denies',
    rules: [deny('all', ['tool:*'], 1), allow('one', ['tool:search'], 10)],
    asks: [
      ['tool:search', 'allow'],
      ['tool:delete', 'deny'],
    ],
  },
  {
    what: 'of two rules of one priority the stricter decides',
    rules: [allow('first', ['tool:*']), deny('second', ['tool:delete'])],
    asks: [['tool:delete', 'deny']],
  },
  {
    what: 'what is below a denied action is denied',
    rules: [allow('all', ['tool:*'], 1), deny('one', ['tool:delete'], 10)],
    asks: [
      ['tool:delete:file', 'deny'],
      ['tool:delete_not', 'allow'],
    ],
  },
  {
    what: 'one verb has two names',
    rules: [allow('all', ['tool.invoke:*'], 1), deny('one', ['tool:delete'], 10)],
    asks: [
      ['tool:search', 'allow'],
      ['tool.invoke:delete', 'deny'],
      ['TOOL:delete', 'deny'],
    ],
  },
  {
    what: 'approval comes before what a lower rule allows',
    rules: [
      allow('all', ['admin:*']),
      { name: 'bulk', type: 'approval', actions: ['admin:bulk*'], priority: 10, min_approvals: 2 },
    ],
    asks: [
      ['admin:list', 'allow'],
      ['admin:bulk_delete', 'requires_approval'],
    ],
  },
  {
    what: 'a bound holds behind the rule that allows, by action and not by rule',
    rules: [
      allow('all', ['inference:*'], 100),
      { name: 'rate', type: 'rate_limit', actions: ['inference:*'], max_calls: 2, window: '1h' },
    ],
    asks: [
      ['inference:chat_completions:a', 'allow'],
      ['inference:responses:b', 'allow'],
      ['inference:chat_completions:a', 'rate_limited'],
    ],
  },
  {
    what: 'what is denied does not count',
    rules: [
      allow('all', ['tool:search']),
      { name: 'rate', type: 'rate_limit', max_calls: 1, window: '1h' },
    ],
    asks: [
      ['tool:delete', 'deny'],
      ['tool:search', 'allow'],
      ['tool:search', 'rate_limited'],
    ],
  },
  {
    what: 'a bound that is full leaves the others as they are',
    rules: [
      allow('all', ['*']),
      { name: 'one', type: 'rate_limit', actions: ['tool:a'], max_calls: 1, window: '1h' },
      { name: 'all', type: 'rate_limit', max_calls: 2, window: '1h' },
    ],
    asks: [
      ['tool:a', 'allow'],
      ['tool:a', 'rate_limited'],
      ['tool:a', 'rate_limited'],
      ['tool:b', 'allow'],
      ['tool:b', 'rate_limited'],
    ],
  },
  {
    what: 'commands are allowed by their program and first words',
    rules: [safe],
    asks: [
      ['shell:ls', 'allow'],
      ['shell:ls -la /sandbox', 'allow'],
      ['shell:/bin/ls', 'allow'],
      ['shell:cat "a b"', 'allow'],
      ['shell:ls | cat', 'allow'],
      ['shell:git status --short', 'allow'],
      ['shell:git push', 'deny'],
      ['shell:lsof', 'deny'],
      ['shell:./ls', 'deny'],
      ['shell:/sandbox/ls', 'deny'],
      ['shell:', 'deny'],
    ],
  },
  {
    what: 'nothing rides along with a command that is allowed',
    rules: [safe],
    asks: [
      'ls; rm -rf /',
      'ls && rm x',
      'ls & rm x',
      'ls || rm x',
      'ls\nrm x',
      'ls | sh',
      'ls $(rm x)',
      'ls "$(rm x)"',
      'ls `rm x`',
      'ls > /sandbox/x',
      'cat <(rm x)',
      '$PROGRAM ls',
      'A=b ls',
      '{rm,x}',
      'l? x',
      "cat 'x",
      'env ls',
    ].map((line) => [`shell:${line}`, 'deny'] as const),
  },
  {
    what: 'a command that is denied is denied in whatever spelling',
    rules: [any, destructive],
    asks: [
      'rm -rf /',
      '/bin/rm x',
      'r\\m x',
      'r\\\nm x',
      "'r'm x",
      'ls; rm x',
      'true && rm x',
      'if true; then rm x; fi',
      'sudo -u root rm x',
      'env A=b rm x',
      'find . -exec rm {} +',
      'ls | xargs rm',
      "sh -c 'rm x'",
      'bash -lc "ls; rm x"',
      'busybox rm x',
      '$(echo rm) x',
      '`echo rm` x',
      '$RM x',
      "$'\\x72m' x",
      'r* x',
      '(rm x)',
      '{rm,x}',
      'ls() { rm x; }; ls',
      'mkfs.ext4 /dev/sda',
      'eval rm x',
    ].map((line) => [`shell:${line}`, 'deny'] as const),
  },
  {
    what: 'other commands are not denied with it',
    rules: [any, destructive],
    asks: [
      ['shell:ls', 'allow'],
      ['shell:git rm x', 'allow'],
      ['shell:echo rm', 'allow'],
      ['shell:cat *.txt > out', 'allow'],
      ['shell:rmdir x', 'allow'],
    ],
  },
  {
    what: 'an action longer than any rule is denied',
    rules: [allow('all', ['*'])],
    asks: [
      ['tool:search', 'allow'],
      ['shell:ls', 'allow'],
      [`tool:${'x'.repeat(2000)}`, 'deny'],
    ],
  },
];

/** A profile with these rules. */
export const profileOf = (policies: Rules): PolicyProfile => ({ version: '1.0', policies });
