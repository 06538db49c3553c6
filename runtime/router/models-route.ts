import type { FastifyReply } from 'fastify';
import { allow, nameOfModel } from 'kars-constructs/contract';
import { noPolicy, policiesOf, ruleOf } from './call-policies.ts';
import type { ModelRouteOptions } from './model-route.ts';
import { sendDenial } from './send-denial.ts';
import { openAiErrors } from './surfaces/openai-error.ts';

/**
 * Lists the models that requests may name.
 *
 * @see https://platform.openai.com/docs/api-reference/models/list
 */
export async function listModels(
  reply: FastifyReply,
  { snapshot, recorder, metrics }: Pick<ModelRouteOptions, 'snapshot' | 'recorder' | 'metrics'>,
): Promise<FastifyReply> {
  const current = snapshot();
  const { inference } = policiesOf(current);
  const decision = inference === undefined ? noPolicy : allow(ruleOf(inference, 'models'));
  const watch = metrics.of(reply);
  watch.surface = 'models';
  const { id: trace } = watch.traced;
  const call = { set: current?.setDigest, surface: watch.surface, target: '*', decision, trace };
  const unrecorded = await recorder.decidedOrDeny(call);
  if (unrecorded !== undefined) return sendDenial(reply, unrecorded, openAiErrors);
  if (!decision.allow) return sendDenial(reply, decision, openAiErrors);
  const data = (inference?.payload.models ?? []).map((model) => ({
    id: nameOfModel(model),
    object: 'model',
    created: 0,
    owned_by: model.provider,
  }));
  return reply.send({ object: 'list', data });
}
