import { bundleRef, casesOf, each } from './rule-case.ts';

const appliesTo = {};
const model = { provider: 'main', deployment: 'gpt-4o' };
const budget = (tokenBudget: object): object => ({ appliesTo, tokenBudget });
const safety = (contentSafety: object): object => ({ appliesTo, contentSafety });
const models = (primary: object, fallback?: object[]): object => ({
  appliesTo,
  modelPreference: { primary, ...(fallback === undefined ? {} : { fallback }) },
});
const provided = (more: object): object => ({
  appliesTo,
  providers: [{ name: 'main', endpoint: 'https://mine.openai.azure.com/openai/v1', ...more }],
});
const credentialSecretRef = { name: 'keys', key: 'key' };
const managedIdentity = { clientId: '11111111-2222-3333-4444-555555555555' };
const workloadIdentity = {
  tenantId: '99999999-2222-3333-4444-555555555555',
  clientId: '11111111-2222-3333-4444-555555555555',
};
const action = (name: string | null): object => ({ appliesTo: { action: name } });

const categories = ['hate', 'selfHarm', 'sexual', 'violence'];
const content = { tokenBudget: {}, contentSafety: {}, modelPreference: { primary: model } };

/** Cases for the rules of an InferencePolicy. */
export const inferencePolicyCases = casesOf(
  'InferencePolicy',
  {
    'a bundle alone': { appliesTo, bundleRef },
    'a bundle and nulls': {
      appliesTo,
      bundleRef,
      tokenBudget: null,
      contentSafety: null,
      modelPreference: null,
      displayName: null,
    },
    'content and no bundle': { appliesTo, ...content, displayName: 'x', bundleRef: null },
    'equal budgets': budget({ perRequestTokens: 5, dailyTokens: 5, monthlyTokens: 5 }),
    'a month alone': budget({ monthlyTokens: 0 }),
    'a month and null': budget({ monthlyTokens: 0, dailyTokens: null, perRequestTokens: null }),
    'no month': budget({ monthlyTokens: null, dailyTokens: 1, perRequestTokens: 2 }),
    ...each(['Safe', 'Low', 'Medium', 'High', null], 'severity', (value) =>
      safety(Object.fromEntries(categories.map((name) => [name, value]))),
    ),
    'a model': models(model),
    'a model and no fallback': models(model, []),
    'a fallback': models(model, [model]),
    'a provider with nothing': provided({}),
    'a provider with a key': provided({ credentialSecretRef, credentialHeader: 'api-key' }),
    'a provider with an identity': provided({ workloadIdentity }),
    'a provider with an identity of the node': provided({ managedIdentity }),
    ...each(['chat', 'responses', 'image', 'embeddings', '*', null], 'action', action),
  },
  {
    'spec.bundleRef is mutually exclusive with spec.tokenBudget, spec.contentSafety, spec.modelPreference, and spec.displayName; the bundle carries those content fields':
      each(Object.entries({ ...content, displayName: '' }), 'a bundle and', ([name, value]) => ({
        appliesTo,
        bundleRef,
        [name]: value,
      })),
    'spec.tokenBudget.monthlyTokens must be >= spec.tokenBudget.dailyTokens': {
      'a month below a day': budget({ monthlyTokens: 4, dailyTokens: 5 }),
      'a month below a day, and null': budget({
        monthlyTokens: 4,
        dailyTokens: 5,
        perRequestTokens: null,
      }),
    },
    'spec.tokenBudget.monthlyTokens must be >= spec.tokenBudget.perRequestTokens': {
      'a month below a request': budget({ monthlyTokens: 4, perRequestTokens: 5 }),
    },
    'spec.contentSafety severities must be one of: Safe, Low, Medium, High': {
      ...each(categories, 'a severity in lower case in', (name) => safety({ [name]: 'low' })),
      'an empty severity': safety({ hate: '' }),
    },
    'spec.modelPreference.primary requires non-empty provider and deployment': {
      'an empty provider': models({ ...model, provider: '' }),
      'an empty deployment': models({ ...model, deployment: '' }),
    },
    'spec.modelPreference.fallback[*] requires non-empty provider and deployment': {
      'an empty provider in the fallback': models(model, [model, { ...model, provider: '' }]),
      'an empty deployment in the fallback': models(model, [{ ...model, deployment: '' }]),
    },
    'spec.providers[*] has at most one of workloadIdentity, managedIdentity, and a credential in a Secret with its header':
      {
        'an identity and a key': provided({ workloadIdentity, credentialSecretRef }),
        'two identities': provided({ workloadIdentity, managedIdentity }),
        'an identity of the node and a key': provided({ managedIdentity, credentialSecretRef }),
        'an identity and a header': provided({ workloadIdentity, credentialHeader: 'api-key' }),
      },
    'spec.appliesTo.action must be one of: chat, responses, image, embeddings, *': each(
      ['', 'Chat', 'audio'],
      'action',
      action,
    ),
  },
);
