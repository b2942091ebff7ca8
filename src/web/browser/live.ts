/*
 * Keeps a page up to date. The server tells that something is new; the page is then asked for again, and those of its
 * parts that are marked with `data-part` take the place of the old ones. Without this script a page is as it was loaded.
 */

/** At most so often is a page asked for again, ms. */
const GAP_MS = 1_500;

interface State {
  readonly version: string;
}

/** Of what the page shows; where the page does not say, it is asked for again at the first state. */
let version = document.body.dataset['version'] ?? '';
let due = false;
let busy = false;

function follow(path: string): void {
  const source = new EventSource(path);
  source.addEventListener('state', (event) => {
    const state = JSON.parse((event as MessageEvent<string>).data) as State;
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
    await replaceParts().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, GAP_MS));
  }
  busy = false;
}

async function replaceParts(): Promise<void> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const name = part.dataset['part'] ?? '';
    const other = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
    // What someone is just using stays.
    if (!other || part.contains(document.activeElement) || part.innerHTML === other.innerHTML) continue;
    part.replaceChildren(...other.childNodes);
  }
  document.dispatchEvent(new Event('parts-replaced'));
}

const path = document.body.dataset['live'];
if (path !== undefined) follow(path);
