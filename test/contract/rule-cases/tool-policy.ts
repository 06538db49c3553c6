import { bundleRef, casesOf } from './rule-case.ts';

const appliesTo = { sandboxMatchLabels: { team: 'research' } };
const profile = (agtProfile: object | null): object => ({ appliesTo, agtProfile });

/** Cases for the rules of a ToolPolicy. */
export const toolPolicyCases = casesOf(
  'ToolPolicy',
  {
    'one label': { appliesTo },
    'an empty label': { appliesTo: { sandboxMatchLabels: { team: '' } } },
    'no profile': profile(null),
    'an empty profile': profile({}),
    'an inline profile': profile({ inline: 'version: "1.0"', bundleRef: null }),
    'a profile in a bundle': profile({ inline: null, bundleRef }),
  },
  {
    'spec.appliesTo.sandboxMatchLabels must contain at least one label': {
      'no labels': { appliesTo: {} },
      'null for labels': { appliesTo: { sandboxMatchLabels: null } },
      'an empty map of labels': { appliesTo: { sandboxMatchLabels: {} } },
      'a label that is null': { appliesTo: { sandboxMatchLabels: { team: null } } },
    },
    'spec.agtProfile.inline and spec.agtProfile.bundleRef are mutually exclusive': {
      'two profiles': profile({ inline: 'version: "1.0"', bundleRef }),
      'an empty text and a bundle': profile({ inline: '', bundleRef }),
    },
  },
);
