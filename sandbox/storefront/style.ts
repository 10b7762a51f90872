/** The storefront's one stylesheet. */

export const style = `
:root{--ink:#1d1f23;--soft:#6a6f78;--line:#e4e2dd;--ground:#faf9f6;--card:#fff;--accent:#2f5d8a;--on:#fff;--good:#22704a}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
body[data-shop=fjord]{--accent:#3c5f52}
a{color:inherit;text-underline-offset:3px}
img{display:block;width:100%;height:auto}
h1,h2,h3{line-height:1.2;margin:0 0 .5em;letter-spacing:-.01em;font-weight:650}
h1{font-size:clamp(1.6rem,1.2rem + 1.6vw,2.3rem)}h2{font-size:1.2rem}h3{font-size:1rem;margin:0}
button,.button{font:inherit;font-weight:600;cursor:pointer;border:1px solid var(--accent);background:var(--accent);color:var(--on);border-radius:8px;padding:.75rem 1.2rem;text-decoration:none;display:inline-block;text-align:center;min-height:48px}
button.quiet,.button.quiet{background:transparent;color:var(--accent)}
button.plain{border:0;background:none;color:var(--soft);text-decoration:underline;padding:.2rem;min-height:0;font-weight:400}
button.fast{background:#1d1f23;border-color:#1d1f23}
button:hover,.button:hover{filter:brightness(1.08)}
:focus-visible{outline:3px solid color-mix(in srgb,var(--accent) 45%,white);outline-offset:2px}
input,select{font:inherit;width:100%;padding:.65rem .75rem;border:1px solid #c9c7c1;border-radius:8px;background:#fff;color:inherit;min-height:46px}
input[type=checkbox],input[type=radio]{width:auto;min-height:0;accent-color:var(--accent)}
label{display:block;font-size:.9rem;color:var(--soft)}label input:not([type=checkbox],[type=radio]),label select{margin-top:.25rem;color:var(--ink)}
label.choice{display:flex;gap:.7rem;align-items:center;color:var(--ink);font-size:1rem;padding:.8rem .9rem;border:1px solid var(--line);border-radius:8px;background:#fff;margin-bottom:.5rem}
label.choice{flex-wrap:wrap}label.choice b{margin-left:auto;font-weight:600;overflow-wrap:anywhere}
label.tick{display:flex;gap:.6rem;align-items:center;color:var(--ink)}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem;z-index:9}
.wrap{max-width:1120px;margin:0 auto;padding:0 20px}
header.top{background:var(--card);border-bottom:1px solid var(--line)}
header.top .wrap{display:flex;align-items:center;gap:12px 28px;flex-wrap:wrap;padding-top:14px;padding-bottom:14px}
.brand{font-weight:700;font-size:1.15rem;text-decoration:none;letter-spacing:-.02em}
nav.main{display:flex;gap:20px;flex:1}nav.main a,nav.side a{text-decoration:none;color:var(--soft)}nav.main a:hover,nav.side a:hover{color:var(--ink)}
nav.side{display:flex;gap:18px;align-items:center}
form.find{display:flex;width:200px}form.find input{min-height:38px;padding:.35rem .7rem;border-radius:99px}
.count{background:var(--accent);color:#fff;border-radius:99px;padding:0 .5em;font-size:.8rem;font-weight:600}
main{padding-top:36px;padding-bottom:72px;min-height:60vh}
.hero{display:grid;grid-template-columns:1.1fr 1fr;gap:40px;align-items:center;margin-bottom:56px}
.hero p{font-size:1.1rem;color:var(--soft);max-width:42ch;margin:0 0 1.4rem}.hero img{border-radius:16px}
.grid{display:grid;grid-template-columns:repeat(4,1fr);gap:28px 22px;padding:0;margin:0;list-style:none}
.grid a{text-decoration:none;display:block}.grid img{border-radius:12px;margin-bottom:.6rem}.grid .price{color:var(--soft)}
s{color:var(--soft);font-weight:400}
.product{display:grid;grid-template-columns:1.15fr 1fr;gap:48px}.product img{border-radius:16px}
.product .price{font-size:1.25rem;margin:0 0 1rem}.stack{display:grid;gap:14px}.stack>button,.stack>.button{width:100%}
.lede{color:var(--soft);margin:0 0 1.2rem}
table.lines{width:100%;border-collapse:collapse}table.lines td{padding:16px 8px;border-top:1px solid var(--line);vertical-align:middle}table.lines td:first-child{padding-left:0;width:88px}table.lines td:last-child{text-align:right;padding-right:0;white-space:nowrap}
table.lines img{width:72px;border-radius:8px}.qty{width:76px;display:inline-block}
.card>table.lines:first-child tr:first-child td,.card [data-summary] tr:first-child td{border-top:0;padding-top:0}.card>.sums:first-child{margin-top:0}.card>.sums:first-child .sum{border:0;margin:0;padding:0}.sums{display:grid;grid-template-columns:1fr auto;gap:6px 24px;margin:20px 0}.sums dd{margin:0;text-align:right}.sums dt{color:var(--soft)}.sums .sum{font-weight:700;font-size:1.15rem;color:var(--ink);border-top:1px solid var(--line);padding-top:10px;margin-top:6px}
.side-by-side{display:grid;grid-template-columns:1.4fr 1fr;gap:56px;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:24px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:14px}.pair.zip{grid-template-columns:1fr 2fr}
.steps{display:flex;gap:10px;list-style:none;padding:0;margin:0 0 24px;color:var(--soft);font-size:.9rem;flex-wrap:wrap}.steps li+li:before{content:"›";margin-right:10px}.steps [aria-current]{color:var(--ink);font-weight:600}
section[hidden]{display:none}
fieldset{border:0;padding:0;margin:0 0 18px}legend{font-weight:650;padding:0;margin-bottom:.6rem}
.row{display:flex;gap:10px;align-items:center;flex-wrap:wrap}.row>*{flex:0 0 auto}.row>.grow{flex:1 1 160px}
.notice{background:#eef4ef;border-radius:10px;padding:14px 18px;color:var(--good)}.notice.bad{background:#fbeeee;color:#9c2b2b}
.toast{position:fixed;right:20px;bottom:20px;left:20px;max-width:420px;margin-left:auto;background:var(--ink);color:#fff;padding:14px 18px;border-radius:12px;display:flex;gap:16px;align-items:center;justify-content:space-between;z-index:5}
.banner{position:fixed;inset:auto 0 0;background:#fff;border-top:1px solid var(--line);box-shadow:0 -8px 30px #0001;padding:18px 0;z-index:6}.banner .wrap{display:flex;gap:20px;align-items:center;flex-wrap:wrap}.banner p{flex:1 1 320px;margin:0}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.9rem;padding:26px 0 90px}footer .wrap{display:flex;flex-wrap:wrap;gap:14px 28px;align-items:center}footer form{display:flex;gap:8px;align-items:center}footer select{width:auto;min-height:36px;padding:.2rem .5rem;font-size:.9rem}footer .grow{flex:1}
.big{font-size:1.1rem}.soft{color:var(--soft)}.empty{padding:48px 0;text-align:center}
.ads{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:24px;list-style:none;padding:0}.ads li{background:#fff;border:1px solid var(--line);border-radius:14px;overflow:hidden}.ads .text{padding:16px 18px}.ads img{aspect-ratio:16/10;object-fit:cover}.ads ul{padding-left:1.1rem;margin:.6rem 0 0}.ads ul li{border:0;border-radius:0;overflow:visible;padding:2px 0}
@media(max-width:860px){.grid{grid-template-columns:repeat(2,1fr)}.hero,.product,.side-by-side{grid-template-columns:1fr;gap:24px}.side-by-side:has([data-checkout-root])>aside{order:-1}}
@media(max-width:520px){footer .grow{flex:1 0 100%}.wrap{padding:0 16px}main{padding-top:22px}.grid{gap:20px 14px}header.top .wrap{gap:8px 14px}nav.main{order:3;flex-basis:100%;overflow-x:auto;white-space:nowrap}nav.side{margin-left:auto}form.find{order:4;width:100%}.hero{margin-bottom:32px}table.lines td:first-child{width:64px}table.lines img{width:56px}.card{padding:18px}.banner .row{width:100%}.banner button{flex:1}}
`.trim();
