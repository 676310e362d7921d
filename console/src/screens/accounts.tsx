// The way to an account: by its id, or by who was active last.
import { useState } from "preact/hooks";
import { call, get, part, query } from "../lib/api";
import { useLoad, usePages } from "../lib/load";
import { tr } from "../lib/look";
import { go, place, setQuery } from "../lib/route";
import { useCell } from "../lib/cell";
import { useCalls } from "../lib/calls";
import { mayAct } from "../session";
import { Amount, Await, Card, Dialog, Empty, Field, More, Page, Table, Time, Tone, UserLink, say } from "../ui/parts";

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

// All accounts by their id, from the letters that were given on.
function List({ prefix }: { prefix: string }) {
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/accounts${query({ prefix, cursor, limit: 50 })}`);
    return { rows: page.accounts as any[], next: page.next_cursor };
  }, [prefix]);
  return (
    <>
      <Await of={pages}>
        {(rows) => rows.length === 0 ? (
          <Empty title={prefix ? tr("No account begins like that.", "没有以此开头的账户。") : tr("There is no account yet.", "尚无账户。")}>
            {tr("An account comes into being with its first job, or by \"Open an account\".", "账户会在首个任务时自动开立，也可点击“开立账户”。")}
          </Empty>
        ) : (
          <Table label={tr("Accounts", "账户")} head={[tr("User", "用户"), tr("Name", "名称"), tr("Tier", "等级"), `>${tr("Ledger balance", "账面余额")}`, tr("Opened", "开立时间"), ""]}>
            {rows.map((one) => (
              <tr key={one.user_id}>
                <td><UserLink id={one.user_id} /></td>
                <td class="text">{one.username}</td>
                <td>{one.tier}</td>
                <td class="right"><Amount value={one.balance} /></td>
                <td><Time at={one.created_at} /></td>
                <td>{one.frozen && <Tone tone="bad">{tr("frozen", "已冻结")}</Tone>}</td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
      <More pages={pages} />
    </>
  );
}

function Recent() {
  const seen = useLoad(async () => {
    const page = await get("/api/jobs?limit=200");
    const by = new Map<string, { user: string; at: number; jobs: number }>();
    for (const job of page.jobs) {
      const one = by.get(job.user_id) ?? { user: job.user_id, at: job.created_at, jobs: 0 };
      one.jobs += 1;
      by.set(job.user_id, one);
    }
    return [...by.values()];
  }, [], 10000);
  return (
    <Card title={tr("In the last 200 jobs", "最近 200 个任务中的账户")}>
      <Await of={seen}>
        {(rows) => rows.length === 0 ? <Empty title={tr("No job yet.", "尚无任务。")} /> : (
          <Table label={tr("Accounts with recent jobs", "近期活跃账户")} head={[tr("User", "用户"), `>${tr("Jobs", "任务")}`, tr("Last job", "最近任务")]}>
            {rows.map((one) => (
              <tr key={one.user}>
                <td><UserLink id={one.user} /></td>
                <td class="right"><Amount value={one.jobs} /></td>
                <td><Time at={one.at} relative /></td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Card>
  );
}

export function Accounts() {
  const { query: filter } = useCell(place);
  const calls = useCalls();
  const [text, setText] = useState(filter.get("prefix") ?? "");
  const [opening, setOpening] = useState(false);
  const listed = calls !== undefined && "/api/admin/accounts" in calls;
  const find = (event: Event) => {
    event.preventDefault();
    if (listed) setQuery("prefix", text.trim());
    else if (text.trim() !== "") go(`/accounts/${part(text.trim())}`);
  };
  return (
    <Page title={tr("Accounts", "账户")} extra={mayAct() && <button type="button" onClick={() => setOpening(true)}>{tr("Open an account…", "开立账户…")}</button>}>
      <form class="filters" onSubmit={find}>
        <Field label={tr("User id begins with", "用户 ID 开头")} value={text} onInput={setText} type="search" />
        <button type="submit">{tr("Find", "查找")}</button>
      </form>
      {listed ? <List prefix={filter.get("prefix") ?? ""} /> : <Recent />}
      {opening && <Open onClose={() => setOpening(false)} />}
    </Page>
  );
}
