import type { CorePorts } from '../ports.ts';
import type { RunReader } from '../read/read-ports.ts';

/** The ports of summing and reading usage. */
export type UsagePorts = Pick<CorePorts, 'clock' | 'usage'> & { readonly reader: Pick<RunReader, 'listRuns'> };
