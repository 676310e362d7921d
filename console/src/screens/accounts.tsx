// The accounts: the newest, or those whose user ids begin with what is typed.
import { useEffect, useRef, useState } from "preact/hooks";
import { call, get, part, query } from "../lib/api";
import { useCell } from "../lib/cell";
import { count, credits } from "../lib/format";
import { usePages } from "../lib/load";
import { tr } from "../lib/look";
import { go, place, setQuery } from "../lib/route";
import { mayAct } from "../session";
import { Amount, Await, Choice, Dialog, Empty, Field, More, Page, Table, Time, Tone, UserLink, say } from "../ui/parts";

function Open({ onClose }: { onClose: () => void }) {
  const [user, setUser] = useState("");
  const [name, setName] = useState("");
  const [tier, setTier] = useState("");
  const open = async () => {
    await call("PUT", `/api/accounts/${part(user.trim())}`, { ...(name && { username: name }), ...(tier && { tier }) });
    say(tr("The account is open", "账户已开立"));
    go(`/accounts/${part(user.trim())}`);
  };
  return (
    <Dialog title={tr("Open an account", "开立账户")} confirm={tr("Open it", "开立")} ready={user.trim() !== ""} onClose={onClose} onConfirm={open}>
      <Field label={tr("User id", "用户 ID")} value={user} onInput={setUser} required autoFocus hint={tr("Its sign-up gift is granted at once.", "注册赠送积分将立即发放。")} />
      <Field label={tr("Name (optional)", "名称（可选）")} value={name} onInput={setName} />
      <Field label={tr("Tier (optional)", "等级（可选）")} value={tier} onInput={setTier} />
    </Dialog>
  );
}

// A typed search: the list follows what is typed, and the address with it; Enter opens the account.
function Find({ prefix }: { prefix: string }) {
  const [text, setText] = useState(prefix);
  const sent = useRef(prefix); // the address as this box has it; when it is another, somebody went back
  useEffect(() => {
    if (prefix !== sent.current) setText(prefix);
    sent.current = prefix;
  }, [prefix]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      setQuery("prefix", wanted);
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  const find = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== "") go(`/accounts/${part(text.trim())}`);
  };
  return (
    <form class="filters" role="search" onSubmit={find}>
      <Field label={tr("User id, or how it begins", "用户 ID 或其开头")} value={text} onInput={setText} type="search" />
      <button type="submit" disabled={text.trim() === ""}>{tr("Show that account", "查看该账户")}</button>
    </form>
  );
}

function Row({ account }: { account: any }) {
  return (
    <tr>
      <td><UserLink id={account.user_id} /></td>
      <td class="text">{account.username ?? <span class="dim">–</span>}</td>
      <td class="right"><Amount value={account.balance} /></td>
      <td class="right"><Amount value={account.totals.consumed} /></td>
      <td>{account.tier ?? <span class="dim">–</span>}</td>
      <td>
        {account.frozen && <Tone tone="bad">{tr("frozen", "已冻结")}</Tone>}
        {account.brake && <Tone tone="warn">{tr("braked", "已制动")}</Tone>}
        {account.debt > 0 && <Tone tone="warn">{tr("owes {d}", "欠 {d}", { d: credits(account.debt) })}</Tone>}
        {account.member_until > Date.now() && <Tone tone="good">{tr("member", "会员")}</Tone>}
      </td>
      <td><Time at={account.created_at} /></td>
    </tr>
  );
}

export function Accounts() {
  const { query: filter } = useCell(place);
  const prefix = filter.get("prefix") ?? "";
  const order = prefix === "" ? (filter.get("order") ?? "newest") : "user_id";
  const [opening, setOpening] = useState(false);
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/accounts${query({ prefix, order, cursor, limit: 50 })}`);
    return { rows: page.accounts as any[], next: page.next_cursor };
  }, [prefix, order]);
  const shown = pages.data?.length ?? 0;
  return (
    <Page title={tr("Accounts", "账户")} extra={mayAct() && <button type="button" onClick={() => setOpening(true)}>{tr("Open an account…", "开立账户…")}</button>}>
      <div class="row">
        <Find prefix={prefix} />
        {prefix === "" && <Choice label={tr("Order", "排序")} value={order} onChange={(v) => setQuery("order", v === "newest" ? "" : v)} options={[["newest", tr("newest first", "最新在前")], ["user_id", tr("by user id", "按用户 ID")]]} />}
      </div>
      <Await of={pages}>
        {(rows) => rows.length === 0 ? (
          <Empty title={prefix === "" ? tr("There is no account yet.", "尚无账户。") : tr("No user id begins so.", "没有以此开头的用户 ID。")}>
            {tr("An account comes into being with its first job, or here.", "账户会在首个任务时自动开立，也可在此开立。")}
          </Empty>
        ) : (
          <>
            <p class="dim" role="status" data-testid="shown">{pages.more ? tr("{n} shown, there are more", "已显示 {n} 个，还有更多", { n: count(shown) }) : tr("{n} in all", "共 {n} 个", { n: count(shown) })}</p>
            <Table label={tr("Accounts", "账户")} head={[tr("User", "用户"), tr("Name", "名称"), `>${tr("Balance", "余额")}`, `>${tr("Consumed", "累计消费")}`, tr("Tier", "等级"), tr("Standing", "状态"), tr("Since", "开立时间")]}>
              {rows.map((account) => <Row key={account.user_id} account={account} />)}
            </Table>
          </>
        )}
      </Await>
      <More pages={pages} label={tr("More", "更多")} />
      {opening && <Open onClose={() => setOpening(false)} />}
    </Page>
  );
}
