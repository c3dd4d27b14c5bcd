import { type DynamoDbError, serviceError } from './errors.ts';
import { LaggedCopy } from './lagged-copy.ts';
import type { Space } from './table.ts';

/** Units per second that one partition key of a table or index may take (developer guide, "partitions"). */
const WRITE_UNITS_PER_SECOND = 1_000;
const READ_UNITS_PER_SECOND = 3_000;
/** Share of batch entries that are left unprocessed. */
const UNPROCESSED_SHARE = 0.1;

interface Use {
  second: number;
  read: number;
  write: number;
}

/** Units that one request takes from a partition key. */
export interface Demand {
  readonly space: Space;
  /** Null: spread over many partitions (a scan), never too hot. */
  readonly partition: string | null;
  readonly kind: 'read' | 'write';
  readonly units: number;
}

/**
 * What DynamoDB may do to a program and rarely does, drawn from a seed: stale reads, hot partitions, unprocessed
 * entries.
 */
export class Chaos {
  readonly #random: () => number;
  readonly #uses = new Map<string, Use>();

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  newLag(): LaggedCopy {
    return new LaggedCopy(this.#random);
  }

  /** Whether a batch entry is left for the caller to send again. */
  leavesUnprocessed(): boolean {
    return this.#random() < UNPROCESSED_SHARE;
  }

  /**
   * Books all demands of a request and returns null, or returns the error of the first one whose partition has used up
   * its units of this second. Only what earlier requests used counts against it.
   */
  book(demands: readonly Demand[], now: number): DynamoDbError | null {
    const second = Math.floor(now / 1000);
    const hot = demands.filter(({ partition }) => partition !== null);
    for (const demand of hot) {
      const use = this.#use(demand, second);
      const limit = demand.kind === 'write' ? WRITE_UNITS_PER_SECOND : READ_UNITS_PER_SECOND;
      if (use[demand.kind] > 0 && use[demand.kind] + demand.units > limit) return throttled(demand);
    }
    for (const demand of hot) this.#use(demand, second)[demand.kind] += demand.units;
    return null;
  }

  #use({ space, partition }: Demand, second: number): Use {
    const key = `${space.definition.name}/${space.index?.name ?? ''}/${partition ?? ''}`;
    let use = this.#uses.get(key);
    if (use === undefined || use.second !== second) {
      if (this.#uses.size > 10_000) this.#forgetBefore(second);
      use = { second, read: 0, write: 0 };
      this.#uses.set(key, use);
    }
    return use;
  }

  #forgetBefore(second: number): void {
    for (const [key, use] of this.#uses) if (use.second < second) this.#uses.delete(key);
  }
}

/** On-demand tables answer ThrottlingException, provisioned ones ProvisionedThroughputExceededException. */
function throttled({ space, kind }: Demand): DynamoDbError {
  const { definition, index } = space;
  const reason = `${index === null ? 'Table' : 'Index'}${kind === 'read' ? 'Read' : 'Write'}KeyRangeThroughputExceeded`;
  const resource = `table/${definition.name}${index === null ? '' : `/index/${index.name}`}`;
  return serviceError(
    definition.onDemand ? 'ThrottlingException' : 'ProvisionedThroughputExceededException',
    `Throughput exceeds the current capacity of one partition key of ${resource}: ${reason}`,
    { ThrottlingReasons: [{ reason, resource }], throttlingReasons: [{ reason, resource }] },
  );
}

/** mulberry32: a small generator with a 32-bit state. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
