import { DEFAULT_COLOUR } from '../../model/brand.js';
import { renderStyle } from '../../reports/document/html-style.js';

/**
 * The styles of all pages: those of reports, and what only pages have: a bar, forms, filters and lists. Targets of
 * fingers and pointers are 24 CSS pixels at least (WCAG 2.2, 2.5.8).
 */
export function renderWebStyle(accent: string = DEFAULT_COLOUR): string {
  return `${renderStyle({ accent, isPrinted: false })}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem 1rem;z-index:2}
:focus-visible{outline:3px solid var(--low);outline-offset:2px}
.bar{border-bottom:1px solid var(--line);background:var(--band)}
.bar>div{max-width:80rem;margin:0 auto;padding:.4rem 1rem;display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center}
.bar .home{font-weight:700;text-decoration:none}.bar nav ul{display:flex;flex-wrap:wrap;gap:.2rem;list-style:none;margin:0;padding:0}
.bar nav a{display:inline-block;padding:.3rem .6rem;border-radius:4px;text-decoration:none}
.bar nav a:hover,.bar nav a:focus-visible{text-decoration:underline}.bar nav a[aria-current]{background:var(--accent);color:var(--on-accent)}
.bar .who{margin-left:auto;display:flex;gap:.6rem;align-items:center;color:var(--soft);font-size:.9rem}
main.wide{max-width:80rem}
form{margin:.5rem 0}fieldset{border:1px solid var(--line);border-radius:6px;margin:.8rem 0;padding:.5rem 1rem;min-width:0}
label{display:block;font-size:.9rem;color:var(--soft);margin:.5rem 0 .1rem}label.check{display:flex;gap:.5rem;align-items:center;color:var(--fg);min-height:24px}
input,select,textarea,button{font:inherit;color:inherit}
input:not([type=checkbox],[type=radio]),select,textarea{background:var(--bg);border:1px solid var(--soft);border-radius:4px;padding:.35rem .5rem;min-height:2.2rem;max-width:100%;width:22rem}
textarea{width:100%;min-height:8rem;font-family:ui-monospace,monospace;font-size:.9rem}
input[type=checkbox],input[type=radio]{width:1.5rem;height:1.5rem;flex:none;margin:0;accent-color:var(--accent)}
button,.button{display:inline-block;background:var(--accent);color:var(--on-accent);border:1px solid transparent;border-radius:4px;padding:.4rem .9rem;min-height:2.2rem;cursor:pointer;text-decoration:none;font-weight:600}
button.quiet,.button.quiet{background:var(--bg);color:var(--fg);border-color:var(--soft);font-weight:400}
button:hover,.button:hover{filter:brightness(1.12)}button:disabled{opacity:.55;cursor:not-allowed}
.hint{color:var(--soft);font-size:.85rem;margin:.1rem 0}.error{color:var(--bad);font-weight:600}
.filters{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:end}.filters>div{min-width:8rem}.filters input,.filters select{width:11rem}
.notice{border:1px solid var(--line);border-left:.4rem solid var(--low);border-radius:4px;padding:.5rem .8rem;margin:.8rem 0}
.notice.bad{border-left-color:var(--bad)}.notice.good{border-left-color:var(--good)}.notice.unsure{border-left-color:var(--unsure)}
.counts{display:flex;flex-wrap:wrap;gap:.6rem;list-style:none;padding:0}
.counts a,.counts span{display:block;border:1px solid currentColor;border-left-width:.4rem;border-radius:6px;padding:.3rem .8rem;text-decoration:none;min-width:7rem}
.counts b{display:block;font-size:1.5rem;line-height:1.2}.counts small{color:var(--fg)}.counts a[aria-current]{background:var(--band);text-decoration:underline}
.views{display:flex;gap:.2rem;margin:.6rem 0}.views a{display:inline-block;padding:.3rem .8rem;border:1px solid var(--soft);border-radius:4px;text-decoration:none}
.views a[aria-current]{background:var(--accent);color:var(--on-accent);text-decoration:underline}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:.8rem;list-style:none;padding:0}
.tiles li{border:1px solid currentColor;border-left-width:.4rem;border-radius:6px;padding:.5rem .8rem;min-width:0;overflow-wrap:anywhere;break-inside:avoid}
.tiles p{margin:.2rem 0;color:var(--fg)}.tiles p.soft{color:var(--soft)}.tiles p.result{display:flex;gap:.5rem;align-items:center;color:inherit}
.tiles svg{display:block;width:1.6rem;height:1.6rem}.tiles a{font-weight:600;display:inline-block;min-height:24px}
.code{font:700 2rem/1.3 ui-monospace,monospace;letter-spacing:.1em}
.pager{display:flex;gap:1rem;align-items:center;margin:1rem 0}.pager a{display:inline-block;padding:.3rem .6rem}
.row{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}.row>div{min-width:0;max-width:100%}.row form{margin:0}
pre{white-space:pre-wrap;background:var(--band);padding:.5rem .8rem;border-radius:4px;font-size:.9rem}
table.list td a:first-child{font-weight:600}td .soft,.soft{color:var(--soft)}caption.seen{position:static;width:auto;height:auto;clip-path:none;text-align:left;color:var(--soft);padding:.3rem 0;white-space:normal}
@media (max-width:40rem){table.stack caption.seen{display:block}}
meter,progress{width:14rem;max-width:100%;height:1rem}
.chart{min-height:14rem}.chart .u-legend{font-size:.85rem}.chart .u-legend :is(th,td){background:none;border:0;padding:.2rem .3rem}
.chart .u-legend .u-marker{width:2.2rem;height:3px}.chart:not(:hover) :is(.u-value,.u-legend .u-series:first-child),.chart:not(:hover) .u-legend th::after{visibility:hidden}
details{margin:.6rem 0}summary{cursor:pointer;min-height:24px}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
@media print{.bar,form,.pager,.skip{display:none}}
`;
}
