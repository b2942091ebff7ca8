import { TEXTS } from './strings.js';

/** The look of a page. */
export interface PageLook {
  /** `#rrggbb`. */
  readonly accent: string;
  /** Printed at once, with numbered sheets; otherwise the reader chooses the paper. */
  readonly isPrinted: boolean;
}

/** A sheet of a PDF. */
const SHEET = `;size:A4;@bottom-right{content:"${TEXTS.page} " counter(page) " / " counter(pages);font:8pt sans-serif;color:#444}`;

/** White or black, whichever reads better on a colour `#rrggbb` (WCAG 2.2, relative luminance). */
export function readableOn(colour: string): '#ffffff' | '#000000' {
  return luminance(colour) > 0.179 ? '#000000' : '#ffffff';
}

function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/**
 * The styles of a page: light and dark, from 360 px on, and on A4 and Letter, where it is always light. No state is
 * shown by colour alone.
 */
export function renderStyle({ accent, isPrinted }: PageLook): string {
  return `
:root{color-scheme:light dark;--accent:${accent};--on-accent:${readableOn(accent)};--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--band:#f6f8fa;--bad:#b3261e;--unsure:#7a4d00;--good:#1a6b33;--none:#6639a6;--low:#0a5a8a}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e8ebee;--soft:#a9b2bc;--line:#3a424b;--band:#1d2228;--bad:#ff8a80;--unsure:#f0b849;--good:#6fd08c;--none:#c9a7ff;--low:#7cc7f2}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
.brand{background:var(--accent);color:var(--on-accent);padding:1rem}
.brand>div{max-width:58rem;margin:0 auto;display:flex;gap:1rem;align-items:center;flex-wrap:wrap}
.brand img{max-height:4rem;max-width:14rem;background:#fff;padding:.25rem;border-radius:4px}
.brand p{margin:0}.brand .name{font-weight:700;font-size:1.1rem}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 0}
.subject{font-size:1.2rem;margin:.25rem 0}.made{color:var(--soft);margin:0 0 1rem}
h2{font-size:1.3rem;margin:2rem 0 .5rem;padding-bottom:.2rem;border-bottom:2px solid var(--line)}
h3{font-size:1.1rem;margin:1.5rem 0 .5rem}h4{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.5rem 0}ul,ol{margin:.5rem 0;padding-left:1.5rem}li{margin:.25rem 0}
.verdict{display:flex;gap:1rem;align-items:center;border:2px solid currentColor;border-left-width:.7rem;border-radius:6px;padding:.8rem 1rem;margin:1rem 0;break-inside:avoid}
.verdict svg{flex:none;width:3rem;height:3rem}
.verdict .label{font-size:1.4rem;font-weight:700;line-height:1.2;margin:0}.verdict .text{color:var(--fg);margin:.2rem 0 0}
.violation{color:var(--bad)}.inconclusive{color:var(--unsure)}.compliant{color:var(--good)}.no-answer{color:var(--none)}
.tag{display:inline-block;border:1px solid currentColor;border-radius:4px;padding:0 .4em;font-size:.8rem;font-weight:700;white-space:nowrap}
.critical,.high{color:var(--bad)}.medium{color:var(--unsure)}.low{color:var(--low)}.info{color:var(--soft)}
.critical{border-width:2px}.when{white-space:nowrap}.long{overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{overflow-wrap:break-word;text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
th{background:var(--band);font-size:.85rem}tr{break-inside:avoid}thead{display:table-header-group}
caption,.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.3rem 1rem;margin:.5rem 0}
dt{color:var(--soft);font-size:.9rem}dd{margin:0}
.strip{width:auto}.strip td{padding:.15rem .3rem;vertical-align:middle}.strip svg{display:block}
.strip th{font-weight:400;white-space:normal;min-width:8rem}
.ink{fill:currentColor}.edge{fill:none;stroke:currentColor;stroke-width:1}.cross{stroke:var(--bg);stroke-width:2}.hatch{stroke:currentColor;stroke-width:1.4}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;font-size:.9rem}
.legend li{display:flex;gap:.4rem;align-items:center;margin:0}
.exposed{color:var(--bad)}.open{color:var(--good)}.closed{color:var(--soft)}.silent{color:var(--soft)}.unknown{color:var(--unsure)}
a{color:inherit}footer{max-width:60rem;margin:0 auto;padding:1rem;color:var(--soft);font-size:.9rem;border-top:1px solid var(--line)}
@media (max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.5rem}dd{margin-left:0}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody,table.stack tr,table.stack td{display:block}
table.stack tr{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:.3rem}table.stack td{border:0;padding:.2rem .4rem}
table.stack td::before{content:attr(data-label);display:block;color:var(--soft);font-size:.8rem}
.verdict{align-items:flex-start}}
@page{margin:16mm 14mm${isPrinted ? SHEET : ''}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--band:#f2f2f2;--bad:#a3160f;--unsure:#6b4300;--good:#14552a;--none:#5a2d99;--low:#084b73}
body{font-size:10.5pt;line-height:1.4}.brand,.verdict,.tag,th{print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,.brand>div,footer{max-width:none;padding-left:0;padding-right:0}.brand{padding:.6rem 1rem}
.break{break-before:page}h2,h3,h4{break-after:avoid}.scroll{overflow:visible}.strip svg{max-width:100%;height:auto}dl{break-inside:auto}table{font-size:9.5pt}}
`;
}
