// How the page of a bundle looks: by day, by night and on paper. Long lines wrap, for paper has no scroll bar.
export const PAGE_STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #ccc;margin-top:2rem}h3{font-size:1rem}
pre{background:#f4f4f4;padding:.6rem;white-space:pre-wrap;font-size:.85rem}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;vertical-align:top}th,td:first-child{overflow-wrap:break-word}
summary{cursor:pointer}section{margin:1rem 0}
.error{border-left:.4rem solid #b00020;padding-left:.8rem}.warning{border-left:.4rem solid #b36b00;padding-left:.8rem}
.info{border-left:.4rem solid #1f5fa8;padding-left:.8rem}.note{color:#555}
@media screen and (prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#222}td,th,h2{border-color:#444}.note{color:#aaa}}
@media print{body{font-size:10pt;margin:0;max-width:none}h2,h3{break-after:avoid}tr,summary{break-inside:avoid}pre{border:1px solid #ccc}}`
