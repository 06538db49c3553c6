import { Counter, Histogram, type Registry } from 'prom-client';
import type { Log } from '../../service/log.ts';
import { rcodes } from './codes.ts';
import type { DnsLimits } from './limits.ts';
import type { Lookups } from './lookups.ts';
import { readQuery, type Query } from './query.ts';
import { RateWindow } from './rate-window.ts';
import { encodeReply, type Outcome } from './reply.ts';

/** What became of a message; by response code where it was answered. */
const OUTCOMES = new Map<number, string>([
  [rcodes.formErr, 'malformed'],
  [rcodes.servFail, 'failed'],
  [rcodes.nxDomain, 'no such name'],
  [rcodes.notImp, 'not implemented'],
  [rcodes.refused, 'refused'],
  [rcodes.badVers, 'not implemented'],
]);

/** Makes a reply of each message, whatever it came over. */
export class Responder {
  readonly #lookups: Pick<Lookups, 'answer' | 'tooMany'>;
  readonly #log: Log;
  readonly #bounds: DnsLimits;
  readonly #rate: RateWindow;
  readonly #messages: Counter<'outcome'>;
  readonly #seconds: Histogram;
  #waiting = 0;

  constructor(options: {
    readonly lookups: Pick<Lookups, 'answer' | 'tooMany'>;
    readonly log: Log;
    readonly registry: Registry;
    readonly bounds: DnsLimits;
  }) {
    this.#lookups = options.lookups;
    this.#log = options.log;
    this.#bounds = options.bounds;
    this.#rate = new RateWindow(options.bounds.queriesPerSecond);
    this.#messages = new Counter({
      name: 'kars_dns_messages_total',
      help: 'DNS messages of the agent, by what became of them.',
      labelNames: ['outcome'],
      registers: [options.registry],
    });
    this.#seconds = new Histogram({
      name: 'kars_dns_answer_seconds',
      help: 'Time to answer a DNS message of the agent; the record of a name that is new is part of it.',
      buckets: [0.0005, 0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers: [options.registry],
    });
  }

  /** The reply to a message, or undefined when it gets none. Never fails. */
  async reply(bytes: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    const query = readQuery(bytes, this.#bounds.queryBytes);
    if (query === undefined) {
      this.dropped();
      return undefined;
    }
    const answered = this.#seconds.startTimer();
    const outcome = await this.#outcome(query);
    answered();
    this.#messages.inc({
      outcome:
        OUTCOMES.get(outcome.rcode) ?? (outcome.address === undefined ? 'no data' : 'address'),
    });
    return encodeReply(query, outcome, transport);
  }

  /** Counts a message that gets no reply. */
  dropped(): void {
    this.#messages.inc({ outcome: 'dropped' });
  }

  /** Records a connection that is closed at once, since as many as may be are open. */
  async tooManyConnections(): Promise<void> {
    await this.#lookups.tooMany(`${this.#bounds.connections} connections are open`);
  }

  async #outcome({ fault, question }: Query): Promise<Outcome> {
    const { queriesPerSecond, waiting } = this.#bounds;
    const rate = this.#rate.take();
    if (rate === 'first over') {
      void this.#lookups.tooMany(`more than ${queriesPerSecond} queries came in a second`);
    }
    if (rate !== 'within') return { rcode: rcodes.refused };
    if (this.#waiting >= waiting) {
      void this.#lookups.tooMany(`${waiting} queries wait for their answers`);
      return { rcode: rcodes.refused };
    }
    if (fault !== undefined) return { rcode: fault };
    if (question === undefined) return { rcode: rcodes.formErr };
    this.#waiting += 1;
    try {
      return await this.#lookups.answer(question);
    } catch (error) {
      this.#log.error('dns-failed', { error: error instanceof Error ? error.message : 'unknown' });
      return { rcode: rcodes.servFail };
    } finally {
      this.#waiting -= 1;
    }
  }
}
