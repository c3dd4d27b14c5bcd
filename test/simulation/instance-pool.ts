import { type FunctionName, timeoutSecondsOf } from '../../shared/functions.ts';
import { Instance, PAGE_TIMEOUT, type Stage } from './instance.ts';

/** The execution environments of one function, each with its own handler and caches. */
export class InstancePool<Handler> {
  readonly #stage: Stage;
  readonly #functionName: FunctionName;
  readonly #create: (instance: Instance) => Handler;
  #warm: { readonly instance: Instance; readonly handler: Handler }[] = [];
  #made = 0;

  constructor(stage: Stage, functionName: FunctionName, create: (instance: Instance) => Handler) {
    this.#stage = stage;
    this.#functionName = functionName;
    this.#create = create;
  }

  /** Invocations under way. */
  get busy(): number {
    return this.#warm.filter(({ instance }) => instance.isBusy).length;
  }

  /** Runs one invocation in a warm environment, or in a new one; null if it died. */
  async invoke<Answer>(call: (handler: Handler, instance: Instance) => Promise<Answer>): Promise<Answer | null> {
    const timeoutMs = timeoutSecondsOf(this.#functionName, PAGE_TIMEOUT) * 1_000;
    const { instance, handler } = this.#find();
    const answer = await instance.invoke(timeoutMs, () => call(handler, instance));
    this.#warm = this.#warm.filter((one) => one.instance.isAlive);
    return answer;
  }

  #find(): { readonly instance: Instance; readonly handler: Handler } {
    const { rollout } = this.#stage;
    if (rollout !== null) {
      this.#warm = this.#warm.filter(({ instance }) => instance.isBusy || !rollout.isRetired(instance.version));
    }
    const idle = this.#warm.find(({ instance }) => !instance.isBusy && instance.isAlive);
    if (idle !== undefined && !this.#stage.adversary.strikes('cold_start')) return idle;
    const instance = new Instance(this.#stage, this.#functionName, (this.#made += 1));
    const made = { instance, handler: this.#create(instance) };
    this.#warm.push(made);
    return made;
  }
}
