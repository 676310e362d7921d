// The frame of the users' pages.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useCell } from "../lib/cell";
import { language, tr } from "../lib/look";
import { place } from "../lib/route";
import { Looks } from "../ui/looks";
import { Field, Sayings } from "../ui/parts";
import { Balance, History, Jobs, Prices } from "./pages";
import { Membership, Recharge } from "./shop";
import { live, take, token } from "./token";

const tabs: [string, string, string, () => JSX.Element][] = [
  ["/me", "Balance", "余额", () => <Balance />],
  ["/me/history", "History", "明细", () => <History />],
  ["/me/jobs", "Jobs", "任务", () => <Jobs />],
  ["/me/prices", "Prices", "价格", () => <Prices />],
  ["/me/recharge", "Recharge", "充值", () => <Recharge />],
  ["/me/membership", "Membership", "会员", () => <Membership />],
];

function Enter() {
  const [text, setText] = useState("");
  return (
    <main class="signin">
      <form class="card" onSubmit={(event) => { event.preventDefault(); take(text.trim()); }}>
        <h1>{tr("Your credits", "我的积分")}</h1>
        <p class="dim">{tr("Open this page from the app that you use, or paste your token.", "请从应用中打开本页，或粘贴您的令牌。")}</p>
        <Field label={tr("Token", "令牌")} type="password" value={text} onInput={setText} required autoFocus />
        <button type="submit" class="primary" disabled={text.trim() === ""}>{tr("Go on", "继续")}</button>
        <div class="row"><Looks /></div>
      </form>
    </main>
  );
}

export function Me() {
  useCell(language);
  const known = useCell(token);
  const at = useCell(place);
  const line = useCell(live.line);
  if (known === "") return <Enter />;
  const tab = tabs.find(([to]) => to === at.path) ?? tabs[0]!;
  return (
    <div class="me">
      <header class="me-top">
        <nav aria-label={tr("Pages", "页面")}>
          {tabs.map(([to, en, zh]) => <a key={to} href={to} aria-current={to === tab[0] ? "page" : undefined}>{tr(en, zh)}</a>)}
        </nav>
        <span class={`line-state ${line}`} role="status">{line === "live" ? tr("Live", "实时") : tr("Reconnecting…", "重新连接中…")}</span>
        <Looks />
      </header>
      <main id="main">{tab[3]()}</main>
      <Sayings />
    </div>
  );
}
