import type { Reporter, TestModule } from "vitest/node";

/** Names the tests that failed and then passed, with what they failed of, so that a second try hides nothing. */
export class Retried implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky !== true) continue;
        const errors = (test.result().errors ?? []).map(({ message }) => message.split("\n", 1)[0]);
        process.stdout.write(
          `Passed at the second try: ${module.relativeModuleId} > ${test.fullName}: ${errors.join("; ")}\n`,
        );
      }
    }
  }
}
