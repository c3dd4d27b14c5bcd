/** A longer name is cut, so that a path stays readable and an answer keeps within its limit. */
const MAX_NAME = 100;

/** A path as text: `inputs[3].country`. A name that is not a plain word is quoted: `headers["x-a"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    const name = String(step);
    if (name.length > MAX_NAME) return `[${JSON.stringify(name.slice(0, MAX_NAME))}…]`;
    return /^[\p{L}_$][\p{L}\d_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return steps.join('').replace(/^\./, '');
}
