/** Waits until the condition gives something true, and gives that. The condition may be asynchronous; what it throws last is told. */
export async function until(what, condition, milliseconds = 20_000) {
  const deadline = performance.now() + milliseconds;
  let wrong = '';
  for (;;) {
    try {
      const found = await condition();
      if (found) return found;
      wrong = '';
    } catch (e) {
      wrong = `: ${e.message}`;
    }
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}${wrong}`);
    await new Promise((next) => setTimeout(next, 40));
  }
}
