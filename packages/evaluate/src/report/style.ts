/** The report's style sheet: one readable column, quiet tables, whole figures on paper. */
export const STYLE = `
:root { --ink: #1f2933; --quiet: #616e7c; --line: #d9dfe5; --wash: #f6f8fa; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.6 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 920px; margin: 0 auto; padding: 56px 24px 72px; }
h1 { margin: 0 0 12px; font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
.lead { margin: 0; font-size: 1.2rem; line-height: 1.5; color: var(--quiet); }
section { margin-top: 48px; }
h2 { margin: 0 0 12px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 1.3rem; line-height: 1.3; overflow-wrap: anywhere; }
p { margin: 0 0 14px; max-width: 68ch; overflow-wrap: anywhere; }
.table { overflow-x: auto; margin: 18px 0 22px; }
table { border-collapse: collapse; width: 100%; font-size: 0.94rem; font-variant-numeric: tabular-nums; }
caption { padding-bottom: 8px; text-align: left; color: var(--quiet); font-size: 0.9rem; }
th, td { padding: 7px 14px 7px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { border-bottom: 2px solid var(--ink); font-weight: 600; white-space: nowrap; }
.number { padding: 7px 0 7px 14px; text-align: right; white-space: nowrap; }
.number + :not(.number) { padding-left: 22px; }
tbody tr:hover { background: var(--wash); }
figure { margin: 22px 0; }
figure img { display: block; width: 100%; height: auto; }
figcaption { margin-top: 6px; color: var(--quiet); font-size: 0.9rem; overflow-wrap: anywhere; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 0 20px; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 28px 0 0; }
.tiles div { flex: 1 1 130px; padding: 14px 16px; background: var(--wash); border-radius: 6px; }
.tiles strong { display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tiles span { color: var(--quiet); font-size: 0.86rem; line-height: 1.3; display: block; }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 14px; margin: 18px 0; }
.images figure { margin: 0; }
.images img { width: 100%; border-radius: 4px; }
.images.pairs { grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); }
.pairs figure { display: grid; grid-template-columns: 1fr 1fr; gap: 3px; }
.pairs figcaption { grid-column: 1 / -1; margin-top: 2px; }
.frames label { display: flex; gap: 14px; align-items: center; margin: 6px 0 10px; font-variant-numeric: tabular-nums; }
.frames input { flex: 1; accent-color: #0072b2; }
.frames output { min-width: 9ch; font-weight: 600; }
section.more { margin-top: 20px; }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.88rem; overflow-wrap: anywhere; }
@media print {
  @page { margin: 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 28px; }
  h2 { break-after: avoid; }
  figure, tr, .images figure, .tiles div { break-inside: avoid; }
  .table { overflow: visible; }
}
`;
