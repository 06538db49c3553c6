import { connect } from 'node:net';
import { loads, type DriverOptions, type Tally } from './load.ts';

const HEAD_END = '\r\n\r\n';
const CHUNKS_END = '0\r\n\r\n';

/** The bytes of the request that a load is made of. */
export function requestOf({ load, headers, port }: DriverOptions): string {
  const { promptBytes, model, stream } = loads[load];
  const content = 'text '.repeat(promptBytes / 5);
  const messages = [
    { role: 'system', content: 'You answer in one sentence.' },
    { role: 'user', content },
  ];
  const options = { max_tokens: 256, temperature: 0.5, ...(stream ? { stream } : {}) };
  const body = JSON.stringify({ model, messages, ...options });
  const fields = {
    host: `127.0.0.1:${port}`,
    authorization: 'Bearer of-the-client',
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /v1/chat/completions HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** Whether an answer has come to its end. */
export function isWhole(answer: string): boolean {
  const end = answer.indexOf(HEAD_END);
  if (end === -1) return false;
  const [, length] = /^content-length: *(\d+)/im.exec(answer.slice(0, end)) ?? [];
  return length === undefined
    ? answer.endsWith(CHUNKS_END)
    : answer.length >= end + HEAD_END.length + Number(length);
}

/** One client, which asks again and again on a connection that is kept, until its process ends. */
export function startClient(request: string, port: number, tally: Tally): void {
  let answer = '';
  let began = 0;
  let isFirst = true;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const ask = (): void => {
    answer = '';
    isFirst = true;
    began = performance.now();
    socket.write(request);
  };
  const again = (): void => {
    socket.destroy();
    // A gateway that refuses all must not be asked in a loop without a pause.
    setTimeout(() => startClient(request, port, tally), 10);
  };
  socket.setEncoding('latin1');
  socket.once('connect', ask);
  socket.on('error', () => (tally.failures += 1));
  socket.once('close', again);
  socket.on('data', (text) => {
    answer += String(text);
    if (isFirst && answer.indexOf(HEAD_END) < answer.length - HEAD_END.length) {
      if (!answer.includes(HEAD_END)) return;
      isFirst = false;
      tally.first.push(performance.now() - began);
    }
    tally.reads += 1;
    if (!isWhole(answer)) return;
    if (answer.startsWith('200', 9) && answer.includes('word ')) tally.operations += 1;
    else {
      tally.failures += 1;
      if (tally.failure === '') tally.failure = answer.slice(0, 1000);
    }
    ask();
  });
}
