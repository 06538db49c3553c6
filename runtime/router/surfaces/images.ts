import * as z from 'zod';
import type { TokenUsage } from '../../service/decision-recorder.ts';
import { limits } from '../limits.ts';
import { FieldTable, openAiReaching } from './field-table.ts';
import { textBound } from './input-bound.ts';
import { readObject } from './json-object.ts';
import { openAiErrors } from './openai-error.ts';
import { isNothing, isRecord, refuseAct } from './reach.ts';
import { name, reportedTokens } from './request-parts.ts';
import type { Streaming, Surface } from './surface.ts';

const request = z
  .looseObject({
    model: name.optional(),
    prompt: z.string().min(1),
    n: z.int().min(1).max(10).nullish(),
    stream: z.boolean().nullish(),
    partial_images: z.int().min(0).max(3).nullish(),
    /** Of the image. On other surfaces it is an order to work on without the client. */
    background: z.enum(['auto', 'opaque', 'transparent']).nullish(),
    /** Whoever asks for an image does not say how much its provider lets pass. */
    moderation: z.literal('auto').nullish(),
    response_format: z.enum(['b64_json', 'url']).nullish(),
  })
  .refine(({ n, stream }) => stream !== true || (n ?? 1) === 1, {
    path: ['n'],
    message: 'a stream has one image',
  });

/** A request for images whose deciding parts have the right form. */
type ImagesRequest = z.output<typeof request>;

const fields = new FieldTable({
  decided: [
    'background',
    'model',
    'moderation',
    'n',
    'partial_images',
    'prompt',
    'response_format',
    'stream',
  ],
  inert: [
    'complexity',
    'frame_count',
    'frame_duration_ms',
    'output_compression',
    'output_format',
    'quality',
    'safety_identifier',
    'size',
    'style',
    'user',
  ],
  reaching: openAiReaching,
});

const tokens = z.looseObject({ input_tokens: reportedTokens, output_tokens: reportedTokens });

/** What draws an image as a text is another model, which reports by itself. */
const reported = z.looseObject({ usage: tokens, svg_usage: tokens.nullish() });

function imagesUsage(answer: unknown): TokenUsage | undefined {
  const { data } = reported.safeParse(answer);
  if (data === undefined) return undefined;
  const { usage, svg_usage: beside } = data;
  return {
    input: usage.input_tokens + (beside?.input_tokens ?? 0),
    output: usage.output_tokens + (beside?.output_tokens ?? 0),
  };
}

/** An image is there itself. One by URL has been kept, for whoever has the URL. */
const isImage = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['b64_json'] === 'string' &&
  (isNothing(value['url']) || value['url'] === '');

const END = 'image_generation.completed';

const WITH_IMAGE: ReadonlySet<string> = new Set([END, 'image_generation.partial_image']);

const streaming: Streaming<ImagesRequest> = {
  ask: (asked) => asked,
  eventBytes: limits.imageEventBytes,
  read: ({ event: named, data }) => {
    const event = readObject(data);
    const type = event?.['type'];
    // Some clients go by the one, some by the other.
    if (typeof type !== 'string' || (named !== undefined && named !== type)) return undefined;
    if (!WITH_IMAGE.has(type)) return {};
    if (!isImage(event)) return undefined;
    return type === END
      ? { hasText: true, isEnd: true, usage: imagesUsage(event) }
      : { hasText: true };
  },
};

/**
 * Images that a prompt describes.
 *
 * @see https://platform.openai.com/docs/api-reference/images/create
 */
export const images: Surface<ImagesRequest> = {
  name: 'images',
  api: 'openai',
  path: '/images/generations',
  request,
  refuseReach: (asked, reach) =>
    fields.refuse(asked, reach) ??
    (asked.response_format === 'url'
      ? refuseAct(
          'response_format "url", with which the provider keeps the image for whoever has it',
        )
      : undefined),
  forwarded: (asked) => fields.known(asked),
  output: 'unbounded',
  inputBound: textBound,
  isAnswer: (value) =>
    isRecord(value) && Array.isArray(value['data']) && value['data'].every(isImage),
  usageOf: imagesUsage,
  streaming,
  errors: openAiErrors,
};
