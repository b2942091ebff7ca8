/*
 * Keeps a page up to date. The server tells that something is new; the page is then asked for again, and those of its
 * parts that are marked with `data-part` take the place of the old ones. Without this script a page is as it was loaded.
 */

/** At most so often is a page asked for again, ms, where the server does not say how often. */
const GAP_MS = 1_500;

interface State {
  readonly version: string;
  /** Parts that are up to date by this alone, as HTML. */
  readonly html?: string;
  /** How long pages wait before they are asked for again, ms: the more look at them, the longer. */
  readonly gapMs?: number;
}

/** Of what the page shows; where the page does not say, it is asked for again at the first state. */
let version = document.body.dataset['version'] ?? '';
let gapMs = GAP_MS;
let due = false;
let busy = false;

function follow(path: string): void {
  const source = new EventSource(path);
  source.addEventListener('state', (event) => {
    const state = JSON.parse((event as MessageEvent<string>).data) as State;
    gapMs = state.gapMs ?? GAP_MS;
    if (state.html !== undefined) replaceParts(state.html);
    if (state.version === version) return;
    version = state.version;
    void refresh();
  });
  // What was missed meanwhile is asked for when the page is seen again.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refresh();
  });
}

async function refresh(): Promise<void> {
  due = true;
  if (busy || document.visibilityState === 'hidden') return;
  busy = true;
  while (due) {
    due = false;
    // Those who look at the same time hear of it at the same time, and are not to ask at the same time.
    const early = Math.random() * Math.max(0, gapMs - GAP_MS);
    await pause(early);
    await askAgain().catch(() => undefined);
    await pause(gapMs - early);
  }
  busy = false;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function askAgain(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  replaceParts(await answer.text());
  document.dispatchEvent(new Event('parts-replaced'));
}

function replaceParts(html: string): void {
  const fresh = new DOMParser().parseFromString(html, 'text/html');
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const name = part.dataset['part'] ?? '';
    const other = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
    // What someone is just using stays.
    if (!other || part.contains(document.activeElement) || part.innerHTML === other.innerHTML) continue;
    part.replaceChildren(...other.childNodes);
  }
}

const path = document.body.dataset['live'];
if (path !== undefined) follow(path);
