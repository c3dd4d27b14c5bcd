import { findChromium } from './find-chromium.ts';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with `N passed, N failed, N skipped`, the line a CI that knows no runner can still read. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed + count.pending} failed, ${count.skipped} skipped${reasonOf(count.skipped)}\n`,
    );
  }
}

/** The one reason for which tests are skipped; whoever reads the line may mend it. */
function reasonOf(skipped: number): string {
  return skipped === 0 || findChromium() !== null ? '' : ' (no Chromium here: no page was tried in a browser)';
}
