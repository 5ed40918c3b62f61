/** Waits for work shared by several askers; one asker's abort rejects for that asker alone, and the work goes on. */
export function joined<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) {
    // Nobody here waits for it any more: its failure is for the other askers, if there are any.
    work.catch(() => undefined);
    return Promise.reject(reasonOf(signal));
  }
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const leave = () => reject(reasonOf(signal));
  signal.addEventListener("abort", leave, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  return promise;
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("aborted", "AbortError");
}
