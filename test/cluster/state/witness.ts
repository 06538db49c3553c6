import { closeSync, fstatSync, globSync, openSync, readSync } from 'node:fs';
import { paths } from '../node/paths.ts';

/** What the agent says that one call came to. */
export interface Answer {
  readonly kind: 'router' | 'egress-proxy' | 'paid' | 'past';
  /** Model, or host name, of this call alone. */
  readonly name: string;
  /** Status and code, or the name of an error. */
  readonly outcome: string;
}

/** A line of a container log of the kubelet. */
const LINE = /^\S+ stdout F (\{.*)$/;

/** Holds every log of the agents of a namespace open, so that none is lost with its pod. */
export class Witness {
  readonly #pattern: string;
  readonly #files = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(namespace: string) {
    this.#pattern = `${paths.podLogs}/${namespace}_*/agent/*.log`;
    this.#timer = setInterval(() => this.#look(), 50);
    this.#look();
  }

  /** Every answer so far. */
  answers(): Answer[] {
    this.#look();
    return [...this.#files.values()].flatMap((file) =>
      contentOf(file)
        .split('\n')
        .slice(0, -1)
        .flatMap((line) => {
          const [, json] = LINE.exec(line) ?? [];
          return json === undefined ? [] : [JSON.parse(json) as Answer];
        }),
    );
  }

  /** Ends the watch. */
  close(): void {
    clearInterval(this.#timer);
    for (const file of this.#files.values()) closeSync(file);
  }

  #look(): void {
    for (const path of globSync(this.#pattern)) {
      if (!this.#files.has(path)) this.#files.set(path, openSync(path, 'r'));
    }
  }
}

function contentOf(file: number): string {
  const content = Buffer.alloc(fstatSync(file).size);
  readSync(file, content, 0, content.length, 0);
  return content.toString();
}
