// The frame of all screens: where to go, what to look for, whether it is live, who is signed in.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useCell } from "./lib/cell";
import { language, tr } from "./lib/look";
import { go, place } from "./lib/route";
import { Accounts } from "./screens/accounts";
import { Account } from "./screens/account";
import { Audit } from "./screens/audit";
import { Job } from "./screens/job";
import { Jobs } from "./screens/jobs";
import { Keys } from "./screens/keys";
import { Order } from "./screens/order";
import { Orders } from "./screens/orders";
import { Overview } from "./screens/overview";
import { Prices } from "./screens/prices";
import { Providers } from "./screens/providers";
import { Queues } from "./screens/queues";
import { SignIn } from "./screens/signin";
import { Webhooks } from "./screens/webhooks";
import { Workers } from "./screens/workers";
import { live, session, signOut, trouble } from "./session";
import { Looks } from "./ui/looks";
import { Busy, Empty, Page, Sayings, Trouble } from "./ui/parts";

interface Screen {
  at: string;
  en: string;
  zh: string;
  all: () => JSX.Element;
  one?: (id: string) => JSX.Element;
}

const screens: Screen[] = [
  { at: "/", en: "Overview", zh: "概览", all: () => <Overview /> },
  { at: "/jobs", en: "Jobs", zh: "任务", all: () => <Jobs />, one: (id) => <Job key={id} id={id} /> },
  { at: "/accounts", en: "Accounts", zh: "账户", all: () => <Accounts />, one: (id) => <Account key={id} user={id} /> },
  { at: "/orders", en: "Orders", zh: "订单", all: () => <Orders />, one: (id) => <Order key={id} id={id} /> },
  { at: "/prices", en: "Prices", zh: "价格", all: () => <Prices /> },
  { at: "/providers", en: "Providers", zh: "供应商", all: () => <Providers /> },
  { at: "/queues", en: "Queues", zh: "队列", all: () => <Queues /> },
  { at: "/workers", en: "Workers", zh: "工作进程", all: () => <Workers /> },
  { at: "/webhooks", en: "Webhooks", zh: "回调", all: () => <Webhooks /> },
  { at: "/audit", en: "Audit", zh: "审计", all: () => <Audit /> },
  { at: "/keys", en: "Keys", zh: "密钥", all: () => <Keys /> },
];

function shown(path: string): { screen?: Screen; view: JSX.Element } {
  const [, first = "", second] = path.split("/");
  const screen = screens.find((each) => each.at === `/${first}`);
  if (screen && second === undefined) return { screen, view: screen.all() };
  if (screen?.one && second !== undefined) return { screen, view: screen.one(decodeURIComponent(second)) };
  return {
    view: (
      <Page title={tr("Not here", "没有此页")}>
        <Empty title={tr("There is no such screen.", "没有这个页面。")}>
          <a href="/">{tr("To the overview", "返回概览")}</a>
        </Empty>
      </Page>
    ),
  };
}

function Line() {
  const state = useCell(live.line);
  const words = {
    live: tr("Live", "实时"),
    connecting: tr("Connecting…", "连接中…"),
    broken: tr("Reconnecting…", "重新连接中…"),
    off: tr("Not live", "未连接"),
  }[state];
  return (
    <span class={`line-state ${state}`} role="status">
      {words}
    </span>
  );
}

// "17": that job. "user:ann", "service:tts failed": the list, filtered. Anything else: an account.
export function search(text: string) {
  const words = text.trim().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return;
  if (words.length === 1 && /^\d+$/.test(words[0]!)) return go(`/jobs/${words[0]}`);
  const filter = new URLSearchParams();
  for (const word of words) {
    const [, name, value] = /^(user|service|state|job|order|account):(.+)$/.exec(word) ?? [];
    if (name === "job") return go(`/jobs/${encodeURIComponent(value!)}`);
    if (name === "order") return go(`/orders/${encodeURIComponent(value!)}`);
    if (name === "account") return go(`/accounts/${encodeURIComponent(value!)}`);
    if (name) filter.set(name === "user" ? "user_id" : name, value!);
    else if (/^(queued|processing|completed|failed|cancelled)$/.test(word)) filter.set("state", word);
  }
  if ([...filter].length > 0) return go(`/jobs?${filter}`);
  go(`/accounts/${encodeURIComponent(text.trim())}`);
}

function Search() {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest?.("input, select, textarea, dialog");
      if (event.key === "/" && !typing) {
        event.preventDefault();
        box.current?.focus();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const find = (event: Event) => {
    event.preventDefault();
    search(text);
    setText("");
    box.current?.blur();
  };
  return (
    <form class="search" role="search" onSubmit={find}>
      <input
        ref={box}
        type="search"
        aria-label={tr("Search: a job's number, a user, user:ann state:failed", "搜索：任务编号、用户、user:ann state:failed")}
        placeholder={tr("Job number, user, or state:failed service:tts   ( / )", "任务编号、用户，或 state:failed service:tts （ / ）")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

function Frame({ children, current }: { children: ComponentChildren; current?: Screen }) {
  const who = useCell(session);
  const [open, setOpen] = useState(false);
  const at = useCell(place);
  useEffect(() => setOpen(false), [at.path]);
  return (
    <div class="frame">
      <a class="skip" href="#main" data-plain>
        {tr("To the content", "跳到内容")}
      </a>
      <header class="top">
        <button type="button" class="plain menu" aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)}>
          {tr("Menu", "菜单")}
        </button>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="24" height="24" />
          Tallyman
        </a>
        <Search />
        <Line />
        <div class="row who">
          <Looks />
          <span class="dim name">{who?.name}</span>
          <button type="button" class="plain" onClick={() => void signOut()}>
            {tr("Sign out", "退出")}
          </button>
        </div>
      </header>
      <nav id="nav" class={open ? "side open" : "side"} aria-label={tr("Screens", "页面")}>
        <ul onClick={() => setOpen(false)}>
          {screens.map((screen) => (
            <li key={screen.at}>
              <a href={screen.at} aria-current={screen === current ? "page" : undefined}>
                {tr(screen.en, screen.zh)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Sayings />
    </div>
  );
}

export function App() {
  useCell(language);
  const who = useCell(session);
  const at = useCell(place);
  const away = useCell(trouble);
  if (who === undefined) return <main class="signin">{away ? <Trouble error={away} /> : <Busy />}</main>;
  if (who === null) return <SignIn />;
  const { screen, view } = shown(at.path);
  return <Frame current={screen}>{view}</Frame>;
}
