import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Brand } from '../../model/brand.js';
import { renderFoot, renderLetterhead } from '../../reports/document/html-page.js';
import { forPage } from '../../words/escape.js';
import type { AssetPaths } from './assets.js';

/** What stands around what a page is about. */
export interface PageFrame {
  readonly assets: AssetPaths;
  /** What the bar links to; none where there is no bar. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Path of the page, which marks its link. */
  readonly path: string;
  /** Whose page it is, as the bar says it, with the button that ends the session; null where no one signs in. */
  readonly who: ComponentChildren;
}

/** One page. */
export interface PageContent {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Whose page it is for someone else. */
  readonly brand?: Brand | null;
  /** As wide as lists need it. */
  readonly isWide?: boolean;
  /** It has charts. */
  readonly hasCharts?: boolean;
  /** Asks the browser to load the page again after so many seconds where it runs no script. */
  readonly refreshSeconds?: number;
  /** Where the page hears that it is out of date: path of a stream of events, and which state it shows itself. */
  readonly live?: { readonly path: string; readonly version?: string };
}

/** A page as HTML. */
export function renderPage(frame: PageFrame, content: PageContent): string {
  return `<!DOCTYPE html>\n${forPage(renderToString(<Page {...frame} {...content} />))}`;
}

function Page({
  assets,
  links,
  path,
  who,
  title,
  children,
  isWide,
  hasCharts = false,
  refreshSeconds,
  live,
  brand = null,
}: PageFrame & PageContent) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} – sallyport`}</title>
        {/* The empty picture keeps browsers from asking for one. */}
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assets.style} />
        {hasCharts && <link rel="stylesheet" href={assets.chartStyle} />}
        {refreshSeconds !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          </noscript>
        )}
        {[assets.live, ...(hasCharts ? [assets.chart] : [])].map((src) => (
          <script key={src} type="module" src={src} />
        ))}
      </head>
      <body data-live={live?.path} data-version={live?.version}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {links.length > 0 && (
          <header class="bar">
            <div>
              <a class="home" href="/">
                sallyport
              </a>
              <nav aria-label="Pages">
                <ul>
                  {links.map(({ href, text }) => (
                    <li key={href}>
                      <a href={href} aria-current={href === path ? 'page' : undefined}>
                        {text}
                      </a>
                    </li>
                  ))}
                </ul>
              </nav>
              {who && <div class="who">{who}</div>}
            </div>
          </header>
        )}
        {brand && <div dangerouslySetInnerHTML={{ __html: renderLetterhead(brand) }} />}
        <main id="main" class={isWide ? 'wide' : undefined}>
          <h1>{title}</h1>
          {children}
        </main>
        {brand?.footer && <div dangerouslySetInnerHTML={{ __html: renderFoot(brand) }} />}
      </body>
    </html>
  );
}
