"""How the page looks, and what it may do."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "connect-src data: blob:; worker-src data: blob:; child-src data: blob:; "
    "frame-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""Everything is in the page; nothing may be fetched, whatever a file smuggles in."""

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #222; font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 14px 18px 40px; }
h1 { font-size: 1.5rem; margin: 0.3em 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.2em 0 0.2em; overflow-wrap: anywhere; }
p, figcaption { margin: 0.2em 0 0.5em; }
figcaption, .facts, footer, small, #scene p { color: #555; font-size: 0.86rem; }
.summary { margin: 0.25em 0; overflow-wrap: anywhere; }
.mark { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; }
.pass { color: #00634a; }
.unsure { color: #7a5500; font-weight: 600; }
ul.unsure { font-weight: 400; margin: 0 0 0.4em; overflow-wrap: anywhere; }
.fail { color: #a83b00; font-weight: 600; }
iframe { width: 100%; height: min(62vh, 560px); border: 1px solid #ddd; display: block; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
th, td { padding: 3px 10px 3px 0; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid #999; overflow-wrap: anywhere; }
tbody tr { border-bottom: 1px solid #eee; }
tbody th { font-weight: 400; }
tbody tr.ruled th { font-weight: 600; }
tbody small { display: block; font-weight: 400; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
td.none { color: #888; }
figure.plot { margin: 0; min-width: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
  gap: 0 24px; align-items: start; }
details { margin-top: 1.2em; }
.warning { color: #a83b00; }
footer { margin-top: 2.5em; border-top: 1px solid #ddd; padding-top: 0.6em; }
@media (max-width: 600px) {
  main { padding: 8px 10px 30px; }
  td:last-child, thead th:last-child { min-width: 9em; }
}
"""
