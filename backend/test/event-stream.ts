/** A page that follows the live updates. Gathers what comes; `until` waits for text that a test expects. */
export async function openEventStream(url: string, requestHeaders: Record<string, string> = {}) {
  const ended = new AbortController();
  const answer = await fetch(url, {
    headers: { Accept: 'text/event-stream', ...requestHeaders },
    signal: ended.signal,
  });
  let text = '';
  let over = false;
  let heard: () => void = () => undefined;
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      heard();
    }
  })()
    .catch(() => undefined)
    .finally(() => {
      over = true;
      heard();
    });
  return {
    status: answer.status,
    headers: answer.headers,
    text: () => text,
    /** Resolves once it has come; rejects when the stream ends without it. */
    async until(expected: string | RegExp): Promise<string> {
      while (!(typeof expected === 'string' ? text.includes(expected) : expected.test(text))) {
        if (over) throw new Error(`The stream ended without ${String(expected)}: ${text}`);
        await new Promise<void>((resolve) => (heard = resolve));
      }
      return text;
    },
    /** Resolves when the other side has ended it. */
    ended: () => reading,
    close: () => ended.abort(),
  };
}
