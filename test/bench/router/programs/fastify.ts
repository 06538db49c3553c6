import fastify from 'fastify';
import { Agent, request as send } from 'undici';

/** A gateway as one writes it with fastify, that reads every request and decides nothing: `fastify.ts PORT URL`. */
const [port = '', url = ''] = process.argv.slice(2);

const dispatcher = new Agent({ connections: 64 });

const app = fastify({ bodyLimit: 10 * 1024 * 1024 });
app.post('/v1/chat/completions', async (request, reply) => {
  const { statusCode, headers, body } = await send(`${url}/chat/completions`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-gateway' },
    body: JSON.stringify(request.body),
  });
  return reply.code(statusCode).header('content-type', headers['content-type']).send(body);
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
